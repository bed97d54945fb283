"""The record of one conversation."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.journal import JournalError, JournalWriter, is_journal, read_journal
from adapters.masking import Masker, mask_event
from adapters.wire import encode
from listener.events import Channel, Partial, Speaker, Tick, Utterance
from nlu.redaction import mask
from nlu.understanding import (
    Evidence,
    Flag,
    FlagId,
    Need,
    NeedKind,
    Resolution,
    ResolutionState,
    Understanding,
)
from offers.conversation import Conversation, Desk
from offers.decisions import Decision, OutcomeBy, OutcomeKind
from offers.events import Behind, End, Event, Opening, OutcomeReported

OPENING = Opening(
    "c-1", Channel.CHAT, {"id": "cu-9"}, {"queue": "care"}, date(2026, 11, 2), {"whisper": "0" * 64}
)
EVENTS: tuple[Event, ...] = (
    Partial(Speaker.CUSTOMER, "my card is 4111 1111", 1.0),
    Utterance(Speaker.CUSTOMER, "my card is 4111 1111 1111 1111", 0.5, 2.0, 0.9),
    Tick(3.0),
    OutcomeReported("s-1", OutcomeKind.DECLINED, OutcomeBy.AGENT, 4.0),
    Behind(6.5, 5.0),
    End(9.0),
)


def write(folder: Path, opening: Opening = OPENING) -> Path:
    before = set(folder.iterdir())
    journal = JournalWriter(folder, opening)
    journal.write(None, [])
    for event in EVENTS:
        journal.write(event, [])
    (made,) = set(folder.iterdir()) - before
    return made


def test_what_came_in_comes_back_with_its_words_masked(tmp_path: Path) -> None:
    path = write(tmp_path)
    text = path.read_text()
    assert is_journal(text)
    assert "4111" not in text
    journal = read_journal(text, path.name)
    assert journal.opening == OPENING
    assert journal.events == tuple(map(mask_event, EVENTS))


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    assert write(tmp_path).stat().st_mode & 0o777 == 0o600


def test_a_second_conversation_of_the_same_id_gets_a_file_of_its_own(tmp_path: Path) -> None:
    assert [write(tmp_path).name for _ in range(2)] == ["c-1.jsonl", "c-1.2.jsonl"]


@pytest.mark.parametrize("id", ["../../etc/passwd", "/etc/passwd", "a b", "..", "", "ü", "x" * 300, "a\x00b"])
def test_no_id_leads_out_of_the_folder_or_into_another_s_file(tmp_path: Path, id: str) -> None:
    path = write(tmp_path, Opening(id))
    assert path.parent == tmp_path
    assert path.name not in (write(tmp_path, Opening(f"{id}.")).name, write(tmp_path).name)


def test_a_last_line_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    text = write(tmp_path).read_text()
    whole = read_journal(text, "x")
    assert read_journal(text[:-5], "x").events == whole.events[:-1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"event":"tick"', '"event":"dance"'),
        ('"at_s":3.0', '"at_s":"x"'),
        (
            "{",
            "",
        ),
    ],
)
def test_any_other_bad_line_is_refused_with_its_number(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(JournalError, match=r"x, line \d+: "):
        read_journal(write(tmp_path).read_text().replace(old, new, 1), "x")


def test_evidence_is_masked_as_its_whole_turn_was() -> None:
    text = "my card is 4111 1111 1111 1111"
    evidence = (Evidence(0, 11, 15, text[11:15]),)
    seen = Understanding(
        resolution=Resolution(ResolutionState.OPEN, 0.5, evidence),
        needs=(Need("n", NeedKind.STATED, 0.5, evidence),),
        flags=(Flag(FlagId.HURRY, 0.5, evidence),),
    )
    masker = Masker()
    masker.mask(Decision(1, "c", 0.0, 0, Utterance(Speaker.CUSTOMER, text, 0.0, 0.0)))
    stored = encode(masker.mask(Decision(2, "c", 0.0, 0, seen))).decode()
    assert "4111" not in stored
    assert stored.count(mask(text)[11:15]) == 3


lines = st.lists(
    st.tuples(
        st.sampled_from(Speaker),
        st.sampled_from(
            [
                "my bill is twice what it was",
                "my number is oh seven seven oh nine hundred one two three four",
                "that is done now",
                "thank you so much that is perfect",
                "i need more data",
                "no that is everything",
            ]
        ),
    ),
    max_size=6,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=lines)
def test_a_journal_replayed_gives_the_recorded_decisions_byte_for_byte(
    said: list[tuple[Speaker, str]], desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    core, writer = Conversation(OPENING, desk), JournalWriter(folder, OPENING)
    writer.write(None, core.begin())
    for at, (speaker, text) in enumerate(said):
        event = Utterance(speaker, text, float(at), at + 0.5)
        writer.write(event, core.receive(event))
    text = next(folder.iterdir()).read_text()
    recorded = [line for line in text.splitlines() if line.startswith('{"seq":')]

    journal = read_journal(text, "x")
    again = Conversation(journal.opening, desk)
    decisions = again.begin() + [one for event in journal.events for one in again.receive(event)]
    assert [encode(decision).decode() for decision in decisions] == recorded
