"""What people said of the conversations, brought into one shape."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.records import Record, slug


@dataclass(frozen=True, slots=True)
class LabelledNeed:
    """A need as a person marked it."""

    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person said of a conversation; None wherever nobody did.

    Attributes:
        reasons: Ids of which any is right.
        resolved: Whether the last request was resolved.
        resolved_turn: The turn by which it was.
        confirmed_turn: The turn in which the customer agreed.
        reopened: Turns in which something new came up after an earlier resolution.
        partly: Whether something else was resolved, though not this.
        timed: Whether the labels say when sales may come.
        sales_from: First turn after which sales may come; None: never.
        sales_clear: Whether that turn is beyond doubt.
        capture_from: Turn after which a sale is called for; None: not called for.
        sentiment: Customer turn to -1, 0 or 1.
        annoyed: Whether the other person called the customer annoyed.
    """

    reasons: frozenset[str] | None = None
    resolved: bool | None = None
    resolved_turn: int | None = None
    confirmed_turn: int | None = None
    reopened: tuple[int, ...] | None = None
    partly: bool = False
    timed: bool = False
    sales_from: int | None = None
    sales_clear: bool = True
    capture_from: int | None = None
    sentiment: Mapping[int, int] = field(default_factory=dict[int, int])
    annoyed: bool | None = None
    needs: tuple[LabelledNeed, ...] | None = None


def authored_answers(labels: Record, kinds: Mapping[str, str]) -> Answers:
    """Read the labels of a business of our own; ``kinds`` is offer id to kind."""
    wanted = [kinds.get(offer) for offer in labels["best_offers"] + labels["acceptable_offers"]]
    has_sale = any(kind in ("upsell", "cross_sell") for kind in wanted)
    return Answers(
        reasons=frozenset([labels["reason"], *labels.get("other_reasons", [])]) - {None} or None,
        resolved=labels["resolved_turn"] is not None,
        resolved_turn=labels["resolved_turn"],
        confirmed_turn=labels["confirmed_turn"],
        reopened=tuple(labels["reopened_turns"]),
        timed=True,
        sales_from=labels["offer_ok_from"],
        capture_from=labels["offer_ok_from"] if has_sale else None,
        sentiment={int(turn): value for turn, value in labels["sentiment"].items()},
        needs=tuple(LabelledNeed(need["id"], need["kind"]) for need in labels["needs"]),
    )


def _star_answers(record: Record, ids: frozenset[str]) -> Answers:
    labels = record["labels"]
    tasks: Record = labels["fulfilled_tasks"] or {}
    done: dict[str, int] = {task: span["first"] for task, span in tasks.items()}
    reasons = frozenset([*labels["reason"], *done]) & ids
    resolved = _star_resolved(record)
    turn = labels.get("resolved_turn") if resolved else None
    first = min(done.values(), default=None)
    if resolved and first is not None:
        first = min([first, *_turns_with(record, "anything_else", "goodbye_1", "goodbye_2")])
    return Answers(
        reasons=reasons or None,
        resolved=resolved,
        resolved_turn=turn,
        partly=resolved is False and bool(done),
        timed=resolved is not None,
        sales_from=turn,
        sales_clear=turn == first,
        capture_from=turn,
        annoyed={"annoyed_or_aggressive": True, "not_annoyed": False}.get(labels.get("sentiment")),
    )


def _star_resolved(record: Record) -> bool | None:
    """Say whether the request was fulfilled; None where the two people disagree or nobody says."""
    labels = record["labels"]
    says_done = labels["satisfaction"].get("user_says_task_done")
    if labels["resolution"] == "fulfilled":
        return None if says_done is False else True
    if labels["resolution"] not in ("failed", "mixed"):
        return None
    typed = [turn for turn in record["turns"][labels["failure_turn"] + 1 :] if _is_typed_success(turn)]
    return None if says_done is True or typed else False


_SUCCESS = re.compile(
    r"\b(booked|reserved|confirmed|scheduled|submitted|success\w*|approved|all set|done)\b", re.I
)


def _is_typed_success(turn: Record) -> bool:
    return turn["labels"].get("action") == "free_text" and _SUCCESS.search(turn["text"]) is not None


def _turns_with(record: Record, *actions: str) -> list[int]:
    turns = enumerate(record["turns"])
    return [number for number, turn in turns if turn["labels"].get("action") in actions]


def _sgd_answers(record: Record, ids: frozenset[str]) -> Answers:
    labels = record["labels"]
    is_transaction = labels["resolved_kind"] == "transaction_confirmed"
    ends = [_sgd_end(record, need) for need in labels["needs"]]
    turn = labels["resolved_turn"]
    last = None if None in ends else max([turn, *(end for end in ends if end is not None)])
    return Answers(
        reasons=frozenset(slug(need["intent"]) for need in labels["needs"]) & ids or None,
        resolved=True if is_transaction else None,
        resolved_turn=turn,
        timed=is_transaction,
        sales_from=turn,
        capture_from=last if is_transaction else None,
    )


def _sgd_end(record: Record, need: Record) -> int | None:
    """Return the agent's turn that answers a request: a success, or for a search the first answer."""
    kinds = {each["intent"]: each["kind"] for each in record["labels"]["resolved_each"]}
    wanted = (
        {"NOTIFY_SUCCESS"}
        if kinds.get(need["intent"]) == "notify_success"
        else {"OFFER", "INFORM", "INFORM_COUNT"}
    )
    for number, turn in enumerate(record["turns"]):
        acts = {act["act"] for act in turn["labels"]["acts"] if act["service"] == need["service"]}
        if (
            number > need["turn"]
            and turn["speaker"] == "agent"
            and acts & wanted
            and "NOTIFY_FAILURE" not in acts
        ):
            return number
    return None


def _hvb_answers(record: Record, ids: frozenset[str]) -> Answers:
    turn = record["labels"]["resolved_turn"]
    reasons = frozenset(map(slug, record["labels"]["reason"])) & ids or None
    return Answers(reasons, True, turn, timed=True, sales_from=turn, capture_from=turn)


def _reason_only(record: Record, ids: frozenset[str]) -> Answers:
    reasons = frozenset(map(slug, record["labels"]["reason"])) & ids or None
    return Answers(reasons)


ANSWERS: dict[str, Callable[[Record, frozenset[str]], Answers]] = {
    "star": _star_answers,
    "sgd": _sgd_answers,
    "hvb": _hvb_answers,
    "natcs": _reason_only,
    "multidogo": _reason_only,
}
"""How each public set is read."""
