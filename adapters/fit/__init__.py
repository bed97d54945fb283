"""The command ``rightsell fit``, step by step, and the artefact it leaves."""
