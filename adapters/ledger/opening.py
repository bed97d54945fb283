"""The ledger that the settings name."""

from adapters.files import read_text
from adapters.ledger.ledger import Ledger
from adapters.settings import Settings


def open_ledger(settings: Settings, *, make: bool = True) -> Ledger | None:
    """Return the ledger; None when the settings name none.

    Args:
        settings: How this process was asked to run.
        make: Whether a file that is not there is made.

    Raises:
        FileError: The file with its URL cannot be read.
        LedgerError: There is no such place, or it holds something else.
    """
    file = settings.ledger_file
    where = settings.ledger if file is None else read_text(file).strip()
    return Ledger(where, make=make) if where else None
