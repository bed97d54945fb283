"""What is told when something is wrong with who is heard as whom."""

from collections.abc import Iterator

from offers.decisions import Notice, NoticeId

_TEXTS = {
    NoticeId.SAME_SOUND: (
        "Both tracks carry the same sound, so that it cannot be told who speaks. Send each side on its own.",
        "The two sides can be told apart again.",
    ),
    NoticeId.SWAPPED_ROLES: (
        "The customer's track sounds like an agent and the agent's like a customer: are they swapped?",
        "The two sides sound as they should.",
    ),
}


class Notices:
    """What has been noticed in one conversation and not been taken back."""

    def __init__(self) -> None:
        self.standing: frozenset[NoticeId] = frozenset()

    def take(self, id: NoticeId, *, active: bool) -> Iterator[Notice]:
        """Take what is so now; yield what to tell, where that is new."""
        if active != (id in self.standing):
            self.standing ^= {id}
            found, over = _TEXTS[id]
            yield Notice(id, active, found if active else over)
