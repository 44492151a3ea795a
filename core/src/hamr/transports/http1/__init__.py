"""HTTP/1.1 as a client speaks it: what is sent, and what the bytes that come mean. No I/O."""
