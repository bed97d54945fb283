"""Measures how well and how fast it works; prints tables, keeps nothing."""
