"""What the wire is called."""

NAME = "ollama"
