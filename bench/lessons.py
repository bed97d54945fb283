"""Labelled conversations as lessons for the dialogue model: each turn's act and stage.

Only sets whose licences let a trained model ship: ours (authored, and composed in this repository), STAR
(MIT), Taskmaster-4 (CC BY 4.0), ABCD's examples (MIT), HarperValleyBank (CC BY 4.0). Never SGD.
"""

import re
from collections.abc import Iterable, Iterator

from bench.records import Record, composed_files, data_folder, read_records
from listener.events import Speaker
from nlu.acts import ACTS, STAGES
from nlu.redaction import mask
from nlu.training import UNLABELLED, Lesson, Line

IDLE, OPEN, DONE, ACCEPTED, FAILED = range(len(STAGES))
_UNSETTLED = (IDLE, OPEN, FAILED)

OWN_SOURCES = ("authored", "composed")
"""Sources with every turn labelled; the second is in this repository and is never judged on."""

_OURS = {
    "greet": "greets",
    "ask": "asks",
    "inform": "informs",
    "hold": "holds",
    "propose": "proposes",
    "commit": "commits",
    "fulfil": "fulfils",
    "fail": "fails",
    "offer_more": "offers_more",
    "smalltalk": "chats",
    "close": "closes",
    "pitch": "pitches",
    "request": "requests",
    "give": "gives",
    "accept": "accepts",
    "doubt": "doubts",
    "reject": "rejects",
    "complain": "complains",
    "thank": "thanks",
    "add_request": "adds_request",
    "decline_offer": "declines_offer",
}
"""Our labels to acts."""

_STAR: tuple[tuple[str, str], ...] = (
    (r"hello", "greets"),
    (r"anything_else", "offers_more"),
    (r"goodbye_\d|ride_bye", "closes"),
    (r".*ask_confirm.*|plane_flight_available|.*_(viewing|booking)_available", "proposes"),
    (r".*(fail|cannot_authenticate|unavailable|nothing_found|not_available|no_venue).*", "fails"),
    (r".*(success|succeeded|confirmed|submitted|confirm_booking|confirm_rsvp).*", "fulfils"),
    (r"weather_inform_forecast|bank_inform_balance|doctor_inform_doctors_instructions", "fulfils"),
    (r"ride_provide_driver_details|trip_in.*done", "fulfils"),
    (r".*ask.*", "asks"),
    (r"(?!free_text|custom).*", "informs"),
)
"""STAR's actions, as patterns in the order tried, to acts."""

_OWN_WEIGHT = 2.0
"""Ours count twice: they sound like calls, and there are fewer of them."""


def load_lessons() -> list[Lesson]:
    """Read every lesson there is under ``$RIGHTSELL_DATA`` and in this repository."""
    folder = data_folder()
    ours = [("authored", path) for path in sorted(folder.glob("authored/*/conversations.jsonl"))]
    ours += [("composed", path) for path in composed_files()]
    lessons = [
        _own(record, source, path.parent.name) for source, path in ours for record in read_records(path)
    ]
    lessons += [_star(record) for record in read_records(folder / "star.dev.jsonl.gz")]
    for name in ("tm4", "abcd_examples", "hvb_voice_transcripts"):
        lessons += [_timed(record, name) for record in read_records(folder / f"{name}.dev.jsonl.gz")]
    return lessons


def _own(record: Record, source: str, business: str) -> Lesson:
    labels = record["labels"]
    acts = [labels["acts"].get(str(number), "") for number in range(len(record["turns"]))]
    stages = list(_own_stages(record, acts))
    speakers = [Speaker(turn["speaker"]) for turn in record["turns"]]
    settled = labels["confirmed_turn"]
    lines = [
        Line(
            speaker,
            mask(turn["text"]),
            ACTS.index(_OURS[act]) if act else UNLABELLED,
            stage,
            early=stage != ACCEPTED and (settled is None or number < settled),
            timely=_is_timely(number, settled),
        )
        for number, (speaker, turn, act, stage) in enumerate(
            zip(speakers, record["turns"], acts, stages, strict=True)
        )
    ]
    return Lesson(record["id"], source, business, tuple(lines), _OWN_WEIGHT)


def _is_timely(number: int, settled: int | None) -> bool:
    """Tell whether a turn is soon enough after the acceptance to show it."""
    return settled is not None and settled <= number <= settled + 2


def _own_stages(record: Record, acts: list[str]) -> Iterator[int]:
    """Follow the request through the labelled acts; the labels of the last request overrule them."""
    labels = record["labels"]
    speakers = [turn["speaker"] for turn in record["turns"]]
    start = _first(speakers, acts, ("request", "complain", "add_request"))
    stage = IDLE
    for number, (speaker, act) in enumerate(zip(speakers, acts, strict=True)):
        if number == start or number in labels["reopened_turns"]:
            stage = OPEN
        elif labels["resolved_turn"] is not None and number >= labels["resolved_turn"]:
            stage = ACCEPTED if number >= labels["confirmed_turn"] else DONE
        elif number > start:
            may_accept = any(turn > number for turn in labels["reopened_turns"])
            stage = _next_stage(stage, speaker, act, may_accept=may_accept)
        yield stage


def _first(speakers: list[str], acts: list[str], wanted: tuple[str, ...]) -> int:
    customer = [number for number, speaker in enumerate(speakers) if speaker == "customer"]
    return next((number for number in customer if acts[number] in wanted), customer[0])


_AGENT_MOVES = {"fulfil": DONE, "fail": FAILED}
_WORKS_ON = ("propose", "ask", "commit", "hold")
_QUESTIONS = ("doubt", "reject", "complain", "request", "add_request")
_AGREES = ("accept", "thank", "close")


def _next_stage(stage: int, speaker: str, act: str, *, may_accept: bool) -> int:
    """Follow one act; an acceptance counts only where the labels say that something was settled."""
    if speaker == "agent":
        return OPEN if stage == FAILED and act in _WORKS_ON else _AGENT_MOVES.get(act, stage)
    if act in _QUESTIONS and stage in (DONE, FAILED):
        return stage if stage == FAILED and act not in ("request", "add_request") else OPEN
    return ACCEPTED if stage == DONE and may_accept and act in _AGREES else stage


def _star(record: Record) -> Lesson:
    labels = record["labels"]
    turns = record["turns"]
    fulfilled = {turn for span in labels["fulfilled_tasks"].values() for turn in span.values()}
    acts = [_star_act(turn["labels"].get("action"), number in fulfilled) for number, turn in enumerate(turns)]
    stages = list(_star_stages(record, acts, fulfilled))
    settled = _settle(record, acts, stages)
    lines = [
        Line(
            Speaker(turn["speaker"]),
            mask(turn["text"]),
            ACTS.index(acts[number]) if acts[number] else UNLABELLED,
            stages[number],
            early=number < labels["resolved_turn"] if settled is not None else stages[number] in _UNSETTLED,
            timely=_is_timely(number, settled),
        )
        for number, turn in enumerate(turns)
    ]
    return Lesson(record["id"], "star", record["domain"], tuple(lines))


def _star_act(action: str | None, is_fulfilled: bool) -> str:
    if is_fulfilled:
        return "fulfils"
    matching = (act for pattern, act in _STAR if action and re.fullmatch(pattern, action))
    return next(matching, "")


def _star_stages(record: Record, acts: list[str], fulfilled: set[int]) -> Iterator[int]:
    """Follow the wizard's actions; what the customer made of a fulfilment is not labelled."""
    failure = record["labels"].get("failure_turn")
    worked = [number for number, act in enumerate(acts) if act in ("asks", "proposes")]
    vague = record["labels"]["resolution"] == "unknown"
    stage = IDLE
    for number, turn in enumerate(record["turns"]):
        if stage == IDLE and turn["speaker"] == "customer" and len(turn["text"].split()) > 3:
            stage = OPEN
        if number in fulfilled:
            stage = DONE
        elif number == failure:
            stage = FAILED
        elif turn["speaker"] == "customer":
            stage = UNLABELLED if stage == DONE else stage
        elif stage == UNLABELLED and acts[number] in ("asks", "proposes", "informs"):
            stage = OPEN
        yield UNLABELLED if vague and stage == OPEN and number > max(worked, default=0) else stage


def _settle(record: Record, acts: list[str], stages: list[int]) -> int | None:
    """Mark the last fulfilment's acceptance: the customer's last words before the wizard went on to close."""
    labels = record["labels"]
    turn = labels.get("resolved_turn")
    contradicted = labels["satisfaction"].get("user_says_task_done") is False
    if labels["resolution"] != "fulfilled" or contradicted or turn is None:
        return None
    speakers = [each["speaker"] for each in record["turns"]]
    end = next((n for n in range(turn + 1, len(acts)) if acts[n] in ("offers_more", "closes")), len(acts))
    answers = [n for n in range(turn + 1, len(acts)) if speakers[n] == "customer"]
    settled = max((n for n in answers if n < end), default=answers[0] if answers else None)
    for number in range(turn, len(stages)):
        is_answer = speakers[number] == "customer" and number > turn
        stages[number] = UNLABELLED if is_answer else DONE
        if settled is not None and number >= settled:
            stages[number] = ACCEPTED
    return settled


def _timed(record: Record, source: str) -> Lesson:
    """Read a set that labels only the turn by which the request was done."""
    turns = record["turns"]
    speakers = [turn["speaker"] for turn in turns]
    done = record["labels"].get("resolved_turn")
    done = _first_from(speakers, done, "agent") if done is not None else None
    settled = _first_from(speakers, done + 1, "customer") if done is not None else None
    start = speakers.index("customer")
    lines = [
        Line(
            Speaker(turn["speaker"]),
            mask(turn["text"]),
            stage=UNLABELLED if done is None else _stage_at(number, (start, done, settled)),
            timely=settled is not None and number == settled,
        )
        for number, turn in enumerate(turns)
    ]
    return Lesson(record["id"], source, source, tuple(lines))


def _stage_at(number: int, marks: Iterable[int | None]) -> int:
    """Return the stage that the last passed mark begins: open, done, accepted; before all, idle."""
    return sum(mark is not None and number >= mark for mark in marks)


def _first_from(speakers: list[str], start: int, wanted: str) -> int | None:
    return next((n for n in range(start, len(speakers)) if speakers[n] == wanted), None)
