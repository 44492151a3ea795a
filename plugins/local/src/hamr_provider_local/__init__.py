"""A server of your own, as data: all there is to know stands in provider.toml."""
