"""What this wire is called."""

NAME = "bedrock-converse"
