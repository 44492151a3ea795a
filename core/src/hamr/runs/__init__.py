"""Rounds of calls and tools, until the model has answered."""
