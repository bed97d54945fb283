"""What a business tells us to listen for: its own call reasons and needs, as examples."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReasonExamples:
    """Why customers get in touch, shown by how they say it.

    Attributes:
        id: The business's own id, unique among its reasons.
        examples: 3 to 50 phrases as customers would say them.
    """

    id: str
    title: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NeedExamples:
    """What a customer may need, shown by how they say it or let it slip.

    Attributes:
        id: The business's own id, unique among its needs.
        stated: Phrases that ask for it outright.
        unstated: Phrases that let it slip.
        primer: Questions that an agent may ask to surface it.
        offer_words: Titles and summaries of the offers that meet it.
    """

    id: str
    title: str
    stated: tuple[str, ...]
    unstated: tuple[str, ...] = ()
    primer: tuple[str, ...] = ()
    offer_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Business:
    """All that understanding needs to know of one business."""

    reasons: tuple[ReasonExamples, ...]
    needs: tuple[NeedExamples, ...]
