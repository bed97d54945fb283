"""Moments as the ledger writes them: ISO 8601, UTC, milliseconds, so that they sort as texts."""

from datetime import UTC, date, datetime, time, timedelta

_DAY_S = 86_400.0
_FIRST, _LAST = date(1970, 1, 1), date(9000, 1, 1)  # what lies beyond cannot be written in every time zone
_LONGEST_S = 1e9


def now_utc() -> str:
    """Return this moment."""
    return _written(datetime.now(UTC))


def start_of(day: date | None) -> str:
    """Return this time of day on the day at which a conversation takes place; None is today."""
    now = datetime.now().astimezone()
    return _written(now if day is None else datetime.combine(_within(day), now.timetz()))


def begin_of(day: date) -> str:
    """Return the first moment of a day."""
    return _written(datetime.combine(_within(day), time(), UTC))


def later(moment: str, seconds: float) -> str:
    """Return the moment so many seconds after another; negative is before."""
    span = timedelta(seconds=min(seconds, _LONGEST_S))
    return _written(datetime.fromisoformat(moment) + span)


def days_between(earlier: str, moment: str) -> float:
    """Return the days from one moment to another; negative when the first is the later one."""
    return (datetime.fromisoformat(moment) - datetime.fromisoformat(earlier)).total_seconds() / _DAY_S


def _within(day: date) -> date:
    return min(max(day, _FIRST), _LAST)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
