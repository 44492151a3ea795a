"""Google Gemini, as data: all there is to know stands in provider.toml."""
