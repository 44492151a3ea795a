"""Tests and fixtures for hamr and for whoever writes a plugin."""
