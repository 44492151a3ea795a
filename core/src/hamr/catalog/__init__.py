"""What is known of models without asking their providers: what fits in, and what it costs."""
