"""How messages are cut out of a stream of bytes, a file for each framing."""
