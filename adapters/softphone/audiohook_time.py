"""The two times of an AudioHook session: Genesys counts from the session's beginning, we from the call's."""

from adapters.door import RefusedError
from adapters.softphone.audiohook_messages import Stretch, seconds

_FURTHEST_S = 86_400.0  # no call is silent for a day
_TOLERANCE_S = 1.0


class StreamTime:
    """Where a session's audio belongs.

    Genesys's time is its samples, and the stretches of which it says that it left them out.

    Args:
        begins_s: Seconds since the call began, of the session's first sample.
    """

    def __init__(self, begins_s: float) -> None:
        self._position_s = 0.0
        self._origins_s = [(0.0, begins_s)]

    @property
    def call_s(self) -> float:
        """Seconds since the call began, of the next sample."""
        return self._position_s + self._origins_s[-1][1]

    def advance(self, heard_s: float) -> None:
        """Audio of so many seconds came."""
        self._position_s += heard_s

    def skip(self, stretch: Stretch) -> None:
        """A stretch of audio does not come.

        Raises:
            RefusedError: It lies nowhere near what came before.
        """
        end_s = seconds(stretch.start) + seconds(stretch.discarded)
        if end_s > self._position_s + _FURTHEST_S:
            raise RefusedError("bad_message", "audio left out for more than a day")
        self._position_s = max(self._position_s, end_s)

    def catch_up(self, live_s: float) -> None:
        """Go on with the call where the clock is, after a pause in which Genesys's time stood still.

        Args:
            live_s: Seconds since the call began, now.
        """
        if live_s > self.call_s + _TOLERANCE_S:
            self._origins_s.append((self._position_s, live_s - self._position_s))

    def position_s(self, call_s: float) -> float:
        """Return where Genesys's time was at so many seconds since the call began."""
        ends_s = [*(start_s for start_s, _ in self._origins_s[1:]), float("inf")]
        origins = zip(self._origins_s, ends_s, strict=True)
        return max(min(call_s - begins_s, end_s) for (_, begins_s), end_s in origins)
