"""Chat in: a socket for chat systems that keep one open, and plain HTTP for those that call a hook."""
