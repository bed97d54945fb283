"""Utterances in, what we believe about the conversation out. Pure: no clock, no socket, no thread."""
