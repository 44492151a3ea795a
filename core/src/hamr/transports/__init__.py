"""What moves a call's bytes."""
