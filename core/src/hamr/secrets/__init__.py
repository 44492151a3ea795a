"""Keys: where they are looked for, and how they are kept out of sight."""
