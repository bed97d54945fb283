"""The lasting record of what was suggested and what became of it."""
