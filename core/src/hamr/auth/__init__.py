"""What lets calls in."""
