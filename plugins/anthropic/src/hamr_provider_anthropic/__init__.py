"""Anthropic, as data: all there is to know stands in provider.toml."""
