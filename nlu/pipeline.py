"""From turn to turn: one reading, then each reader updates its own belief.

This is the only door into ``nlu`` for the packages above it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TypeVar, cast

from spacy.language import Language

from listener.events import Turn
from nlu.acts import DialogueHead, load_dialogue_head
from nlu.business import Business
from nlu.cues import language_sha256, load_language
from nlu.embedder import TonedEmbedder, load_minilm
from nlu.examples import ReasonModel
from nlu.flags import FlagsReader, FlagsState
from nlu.needs import NeedsHead, NeedsReader, NeedsState, load_needs_head
from nlu.reader import Reader
from nlu.reason import ReasonReader, ReasonState
from nlu.resolution import Progress, ResolutionReader
from nlu.roles import Roles, RolesHead, load_roles_head
from nlu.sentiment import SentimentHead, SentimentReader, SentimentState, load_sentiment_head
from nlu.understanding import Understanding
from nlu.vulnerability import VulnerabilityHead, load_vulnerability_head

_DECIMALS = 4
"""Enough to tell beliefs apart, and few enough that no machine's rounding shows in a record."""

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, eq=False)
class Models:
    """Everything trained, loaded once a process and shared by all conversations.

    Attributes:
        sha256: Name of each model to the sha256 of its weights, lower-case hex.
    """

    embedder: TonedEmbedder
    language: Language
    dialogue: DialogueHead
    sentiment: SentimentHead
    needs: NeedsHead
    vulnerability: VulnerabilityHead
    roles: RolesHead
    sha256: Mapping[str, str]


def load_models() -> Models:
    """Load every model; takes a second or two.

    Raises:
        EmbedderError: The encoder's files are missing or not those that were measured.
        HeadError: The same of a head that ships with the package.
    """
    embedder, dialogue = load_minilm(), load_dialogue_head()
    sentiment, needs = load_sentiment_head(), load_needs_head()
    vulnerability, roles = load_vulnerability_head(), load_roles_head()
    sha256 = {
        embedder.name: embedder.sha256,
        "en_core_web_sm": language_sha256(),
        "dialogue": dialogue.sha256,
        "sentiment": sentiment.sha256,
        "needs": needs.sha256,
        "vulnerability": vulnerability.sha256,
        "roles": roles.sha256,
    }
    return Models(embedder, load_language(), dialogue, sentiment, needs, vulnerability, roles, sha256)


@dataclass(frozen=True, slots=True, eq=False)
class Mind:
    """All that is carried from turn to turn of one conversation.

    Attributes:
        understanding: What is believed now, numbers rounded to four decimals.
        roles: Whether who is called the agent talks like one.
    """

    reason: ReasonState
    resolution: Progress
    sentiment: SentimentState
    needs: NeedsState
    flags: FlagsState
    roles: Roles

    @property
    def understanding(self) -> Understanding:
        """The beliefs of all readers, in one snapshot."""
        return _rounded(
            Understanding(
                reason=self.reason.belief,
                resolution=self.resolution.belief,
                sentiment=self.sentiment.belief,
                needs=self.needs.belief,
                flags=self.flags.belief,
            )
        )


class Understander:
    """Understands the conversations of one business, one turn at a time.

    Pure: the same turns give the same understanding. The models are shared, and not for two threads at once.

    Args:
        models: What ``load_models`` returned.
        business: What to listen for.
        fitted: Its call reasons as ``rightsell fit`` learnt them; None learns them from the examples here.
    """

    def __init__(self, models: Models, business: Business, fitted: ReasonModel | None = None) -> None:
        self.models = dict(models.sha256)
        if fitted is not None and fitted.sha256 is not None:
            self.models["fitted"] = fitted.sha256
        self._reader = Reader(models.embedder, models.language)
        self._reason = ReasonReader(business, models.embedder, fitted)
        self._resolution = ResolutionReader(models.dialogue)
        self._sentiment = SentimentReader(models.sentiment)
        self._needs = NeedsReader(business, models.embedder, models.needs)
        self._flags = FlagsReader(models.vulnerability)
        self._roles = models.roles

    def begin(self, customer: Mapping[str, object], context: Mapping[str, object]) -> Mind:
        """Return what is believed before the first turn.

        Args:
            customer: What the caller's records know.
            context: What is known of the contact, such as ``ivr_reason``.
        """
        return Mind(
            reason=self._reason.begin(context),
            resolution=self._resolution.begin(),
            sentiment=self._sentiment.begin(),
            needs=self._needs.begin(),
            flags=self._flags.begin(customer),
            roles=Roles(),
        )

    def read(self, mind: Mind, turn: Turn) -> Mind:
        """Take the next turn of either speaker; return what is believed after it. Never raises."""
        reading = self._reader.read(turn)
        return Mind(
            reason=self._reason.read(mind.reason, reading),
            resolution=self._resolution.read(mind.resolution, reading),
            sentiment=self._sentiment.read(mind.sentiment, reading),
            needs=self._needs.read(mind.needs, reading),
            flags=self._flags.read(mind.flags, reading),
            roles=mind.roles.hear(self._roles.evidence(reading)),
        )


def _rounded(value: _Value) -> _Value:
    """Return the value with every float in it rounded."""
    if isinstance(value, float):
        return cast(_Value, round(value, _DECIMALS) + 0.0)  # + 0.0: no negative zero
    if isinstance(value, tuple):
        return cast(_Value, tuple(map(_rounded, cast(tuple[object, ...], value))))
    if is_dataclass(value) and not isinstance(value, type):
        changed = {field.name: _rounded(getattr(value, field.name)) for field in fields(value)}
        return cast(_Value, replace(value, **changed))
    return value
