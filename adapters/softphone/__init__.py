"""Audio in: the generic audio socket, which softphones and call servers speak."""
