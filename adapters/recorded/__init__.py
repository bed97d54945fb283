"""Calls that are over: replayed from a file, or played into a server as a softphone would."""
