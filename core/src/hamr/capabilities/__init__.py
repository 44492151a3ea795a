"""What each model of each provider can do, as a table that files and programs add to."""
