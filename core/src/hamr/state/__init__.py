"""What processes have in common: how much of each limit is used, and what pools have learned."""
