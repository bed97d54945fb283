"""Which offer an agent's words put to the customer, by words that stand out, by its price and its sense.

A wrong guess takes a good card away, so more than one sign is always asked for. What is a sign was chosen on
composed conversations of twelve businesses, and judged on others (``docs/ledger.md``).
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from nlu.signs import any_of
from offers.catalog import Catalog, Offer
from offers.prices import price_pattern

_COMMON = 200
"""Offers from which a word tells none of them apart; it bounds the work in catalogs of any size."""

_MOST_OFFERS = 20_000
"""Offers from which nothing is voiced: the words of so many tell little, and take long to weigh."""

_NAMED, _DISTINCT, _MANY = 0.6, 1.5, 2.5
"""Weight of an offer's words in a turn: enough to look closer; without the title; without an offering
word. One word that no other offer and no call reason uses weighs 1."""
_TITLE, _SOME_TITLE = 0.5, 0.25
"""Share of the title's weight: that names an offer; that does beside its price."""
_LIKE, _ALIKE, _SAME = 0.45, 0.55, 0.6
"""Cosines to the offer's description that go with a title, with many words, with a pitch read out."""
_LIKE_AT_ITS_PRICE, _NOT_UNLIKE = 0.45, 0.3
"""Cosines that go with a price alone, and with a price and some of the title."""
_AHEAD = 0.25
"""By how much more must speak for an offer than for any other that could be meant."""

_OFFERS = any_of(
    r"(?:did you know|by the way|have you (?:thought|considered|heard|tried|seen)|you(?:'d| do| would)?"
    r" qualify|you(?:'re| are) eligible|would you (?:like|want|be)|do you want|(?:are you|be) interested"
    r"|interest you|fancy|recommend|suggest|how about|what about|why not|worth (?:a look|having|knowing)"
    r"|can be added|deal on)\b",
    r"we(?:'ve| have| do| also| can| could|'d)*(?: also)? (?:got|have|do|offer)\b",
    r"there(?:'?s| is) (?:a|an|our|this|also)\b",
    r"(?:can|may) i (?:just )?(?:mention|say|tell|offer|interest|tempt)\b",
    r"(?:you|we|they|fitters?) (?:could|can) (?:also )?(?:add|have|get|come|take|look at|put|swap|move"
    r"|upgrade|switch|offer|set you|give|save|include|do)\b",
    r"(?:only|just|for) [$£€]?\d",
    r"(?:only|just) \w+ (?:pounds|quid|dollars|bucks|more|a month)\b",
)
"""How agents bring something up; patterns begin at the start of a word."""

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_ENDINGS = ("ing", "ed", "es", "s")
_STEM = 4
"""Letters that a word keeps at least when its ending goes."""

_EVERYDAY = frozenset(
    _WORD.findall(
        """a able about added after all also always an and another any are as at back be because been
        before bit both bring but by call can come could customer day did do does down during
        each end every few first for free from get give go goes going good got great half had
        has have help her here him his home hour how hundred i if in include instead into is it
        it's its just keep kind know last let like long look made make many may me mean minute
        month more most much my need needs never new next no not now of off on once one only
        open or other our out over own part pay per place please put right same say see set
        should since so some start still stop such sure take than thank that that's the their
        them then there there's these they thing this those through time to today too two under
        until up us use using very want was way we we're week well were what when where which
        while who will with within without work would year you you'd you'll you're you've your
        three four five six seven eight nine ten twenty thirty forty fifty sixty seventy eighty
        ninety pound dollar euro cent quid buck percent"""
    )
)
"""Words that say little anywhere, numbers among them: prices are looked for as such."""


@dataclass(frozen=True)
class _Spoken:
    """An offer as it may be spoken of: the weight of all words of its title, and which those are."""

    offer: Offer
    title: frozenset[str]
    title_weight: float

    @cached_property
    def price(self) -> re.Pattern[str] | None:
        return None if self.offer.price is None else price_pattern(self.offer.price.amount)


class Voicing:
    """Tells which offer of one catalog a turn speaks of. Holds nothing of any conversation."""

    def __init__(self, catalog: Catalog) -> None:
        """Weigh every word of the catalog's offers, once; too many offers are not told apart by words."""
        offers = catalog.offers.values() if len(catalog.offers) <= _MOST_OFFERS else ()
        words = {offer.id: _words(_told_of(offer)) for offer in offers}
        used = Counter(word for of in words.values() for word in of)
        asked = Counter(
            word
            for reason in catalog.reasons.values()
            for word in _words(" ".join((reason.title, *reason.examples)))
        )
        of_business = _words(catalog.id.replace("-", " "))
        whole = math.log(len(words) + 1)
        self._weights = {
            word: math.log((len(words) + 1) / n) / whole / (1 + asked[word])
            for word, n in used.items()
            if n <= _COMMON and word not in of_business
        }
        self._using: defaultdict[str, list[_Spoken]] = defaultdict(list)
        for offer in offers:
            title = frozenset(_words(offer.title) & self._weights.keys())
            spoken = _Spoken(offer, title, self._weigh(title))
            for word in words[offer.id] & self._weights.keys():
                self._using[word].append(spoken)

    def voiced(
        self, text: str, admits: Callable[[Offer], bool], likeness: Callable[[Offer], float]
    ) -> Offer | None:
        """Return the offer that an agent's words put to the customer; None when it is not certain.

        Args:
            text: The words, masked.
            admits: Whether an offer may be meant at all.
            likeness: Cosine, in [-1, 1], of the words to an offer's description.
        """
        said = _words(text) & self._weights.keys()
        offers_it = _OFFERS.search(text) is not None
        found = [
            (certainty, spoken.offer)
            for spoken, weight in self._spoken_of(said)
            if admits(spoken.offer)
            and (certainty := self._certainty(spoken, said, weight, likeness, text, offers_it)) > 0
        ]
        found.sort(key=lambda one: -one[0])
        if not found or (len(found) > 1 and found[0][0] - found[1][0] < _AHEAD):
            return None
        return found[0][1]

    def _spoken_of(self, said: Iterable[str]) -> Iterator[tuple[_Spoken, float]]:
        weights: defaultdict[str, float] = defaultdict(float)
        spoken: dict[str, _Spoken] = {}
        for word in sorted(said):
            for one in self._using[word]:
                weights[one.offer.id] += self._weights[word]
                spoken[one.offer.id] = one
        return ((spoken[offer], weight) for offer, weight in weights.items() if weight >= _NAMED)

    def _certainty(
        self,
        spoken: _Spoken,
        said: set[str],
        weight: float,
        likeness: Callable[[Offer], float],
        text: str,
        offers_it: bool,
    ) -> float:
        """Return how much speaks for an offer, above 0 where it is enough."""
        title = self._weigh(spoken.title & said) / spoken.title_weight if spoken.title_weight else 0.0
        priced = spoken.price is not None and spoken.price.search(text) is not None
        like = likeness(spoken.offer)
        at_its_price = priced and (
            like >= _LIKE_AT_ITS_PRICE or (title >= _SOME_TITLE and like >= _NOT_UNLIKE)
        )
        offered = offers_it and (
            (title >= _TITLE and like >= _LIKE) or (weight >= _DISTINCT and like >= _ALIKE)
        )
        read_out = weight >= _MANY and like >= _SAME
        return weight / 2 + 3 * like + title + priced if at_its_price or offered or read_out else 0.0

    def _weigh(self, words: Iterable[str]) -> float:
        return sum(self._weights[word] for word in sorted(words))


def _told_of(offer: Offer) -> str:
    return " ".join((offer.title, offer.summary, offer.talk.bridge, offer.talk.pitch))


def _words(text: str) -> set[str]:
    """Return the words of a text that can tell, without their endings."""
    return {_stem(word) for word in _WORD.findall(text.lower()) if word not in _EVERYDAY and len(word) > 1}


def _stem(word: str) -> str:
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word
