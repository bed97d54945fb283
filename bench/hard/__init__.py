"""Forty hard conversations of our own, kept outside every training and tuning: ``python -m bench.hard``."""
