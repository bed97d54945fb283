"""Audio or chat in, settled utterances out. Pure: no clock, no socket, no thread."""
