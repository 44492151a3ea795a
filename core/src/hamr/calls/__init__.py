"""One call from end to end: flows, without I/O, clock or colour."""
