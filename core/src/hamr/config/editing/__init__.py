"""Changes of files that people write by hand: what is not changed stays as it stands, comments too."""
