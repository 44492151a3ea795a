"""What the user and the project have written down: files in layers, each value keeping where it came from."""
