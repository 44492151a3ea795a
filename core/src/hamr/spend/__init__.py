"""What calls have cost, kept in a file, and budgets that bound it."""
