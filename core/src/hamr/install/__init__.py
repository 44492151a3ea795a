"""What `hamr install` does: plugins brought, listed, checked and taken away."""
