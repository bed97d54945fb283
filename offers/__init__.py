"""What we believe in, at most a few suggestions out. Pure: no clock, no socket, no thread."""
