"""What tests of the wire and of the terminal both show."""

from nlu.understanding import Evidence, NeedKind
from offers.decisions import Objection, OfferKind, Score, Suggestion, Talk


def family_data(kind: OfferKind, quote: Evidence) -> Suggestion:
    return Suggestion(
        id="s-1",
        offer="family-data-60",
        rank=1,
        need="more_data",
        need_kind=NeedKind.UNSTATED,
        confidence=0.81,
        score=Score(0.12, 0.9, 9.0, 1.0, 0.97),
        evidence=(quote,),
        talk=Talk(
            "Since", "the plan", ("How often?",), (Objection("too expensive", "It is less."),), "Fine."
        ),
        title="Family Data 60 GB",
        kind=kind,
        price="15.00 USD per month",
    )
