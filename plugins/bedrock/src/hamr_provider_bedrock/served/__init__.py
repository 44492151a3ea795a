"""The server half: what a client of Bedrock's asks, and what it is told."""
