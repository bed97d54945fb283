"""From turn to turn: one reading, then each reader updates its own belief.

This is the only door into ``nlu`` for the packages above it.
"""
