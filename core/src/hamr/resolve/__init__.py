"""From what a user writes to a provider and a model."""
