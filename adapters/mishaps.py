"""What may be logged of an error that nobody foresaw."""

from traceback import extract_tb


def place_of(error: BaseException) -> dict[str, str]:
    """Return the error's kind and place; its message may hold a customer's words, and is left out."""
    last = extract_tb(error.__traceback__)[-1]
    return {"error": type(error).__name__, "place": f"{last.filename}:{last.lineno}"}
