"""How far the request has come: the table alone, and the whole reader on short conversations."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listener.events import Speaker, Turn, Utterance
from nlu.acts import ACTS, STAGES, ActReading, Memory, load_dialogue_head
from nlu.reader import Reader
from nlu.resolution import TRANSITIONS, Progress, ResolutionReader, Sign, follow
from nlu.understanding import Resolution, ResolutionState

AGENT, CUSTOMER = Speaker
S = ResolutionState


def seen(**stages: float) -> ActReading:
    return ActReading(dict.fromkeys(ACTS, 0.0), {name: stages.get(name, 0.0) for name in STAGES})


def blank(state: ResolutionState = S.UNKNOWN) -> Progress:
    return Progress(Memory(None), Resolution(state))  # pyright: ignore[reportArgumentType]  # the table never looks at the memory


def turn(index: int, speaker: Speaker, text: str, confidence: float = 1.0) -> Turn:
    return Turn(index, Utterance(speaker, text, float(index), float(index), confidence))


REQUEST = (CUSTOMER, "my line is dead", seen(open=0.99))
WORK = (AGENT, "let me see", seen(open=0.99))
CLAIM = (AGENT, "it is back on", seen(done=0.95, open=0.05))
YES = (CUSTOMER, "great thank you", seen(accepted=0.55, done=0.45))
DOUBT = (CUSTOMER, "i still hear nothing", seen(open=0.7, done=0.3))
MORE = (CUSTOMER, "and my bill is wrong too", seen(open=0.95))
FAIL = (AGENT, "i cannot do that", seen(failed=0.8))


def walk(*steps: tuple[Speaker, str, ActReading], confidence: float = 1.0) -> Progress:
    progress = blank()
    for index, (speaker, text, reading) in enumerate(steps):
        progress = follow(progress, turn(index, speaker, text, confidence), reading)
    return progress


def test_claim_then_acceptance_confirms_with_both_quotes() -> None:
    """A claim is proposed, the customer's acceptance confirms it, and both are quoted word for word."""
    assert walk(REQUEST, WORK, CLAIM).belief.state is S.PROPOSED
    belief = walk(REQUEST, WORK, CLAIM, YES).belief
    assert belief.state is S.CONFIRMED
    assert [(e.turn, e.text) for e in belief.evidence] == [(2, "it is back on"), (3, "great thank you")]


def test_doubt_returns_a_claim_to_work() -> None:
    """A customer who doubts the claim takes it back to in progress."""
    assert walk(REQUEST, WORK, CLAIM, DOUBT).belief.state is S.IN_PROGRESS


def test_a_new_request_reopens_and_goes_the_same_way_again() -> None:
    """A new request after a confirmed one reopens; only its own claim and acceptance confirm again."""
    reopened = (REQUEST, CLAIM, YES, MORE)
    assert walk(*reopened).belief.state is S.REOPENED
    assert walk(*reopened, WORK).belief.state is S.IN_PROGRESS
    assert walk(*reopened, WORK, CLAIM).belief.state is S.PROPOSED
    assert walk(*reopened, WORK, CLAIM, YES).belief.state is S.CONFIRMED


def test_a_few_words_undo_what_was_confirmed_only_when_plain() -> None:
    """A back-channel that looks a little like doubt leaves confirmed alone; so many words more do not."""
    settled = (REQUEST, CLAIM, YES)
    unsure = seen(open=0.7, accepted=0.3)
    assert walk(*settled, (CUSTOMER, "good to know", unsure)).belief.state is S.CONFIRMED
    assert walk(*settled, (CUSTOMER, "but it says something else", unsure)).belief.state is S.IN_PROGRESS
    assert walk(*settled, (CUSTOMER, "still nothing here", seen(open=0.9))).belief.state is S.REOPENED


def test_failure_is_told() -> None:
    """A request that cannot be met has failed."""
    assert walk(REQUEST, WORK, FAIL).belief.state is S.FAILED


def test_words_heard_badly_confirm_nothing() -> None:
    """Neither a claim heard badly nor an acceptance heard badly ends in confirmed."""
    assert walk(REQUEST, CLAIM, YES, confidence=0.3).belief.state is S.PROPOSED


def test_an_agent_going_on_confirms_only_what_was_answered() -> None:
    """The agent's "anything else?" after a claim confirms once the customer has said something to it."""
    going_on = (AGENT, "anything else", seen(accepted=0.9))
    assert walk(REQUEST, CLAIM, going_on).belief.state is S.PROPOSED
    answered = walk(REQUEST, CLAIM, (CUSTOMER, "mm", seen(done=0.6)), going_on).belief
    assert answered.state is S.CONFIRMED
    assert [e.text for e in answered.evidence] == ["it is back on", "mm"]


def test_half_sure_words_never_confirm_without_a_claim() -> None:
    """Without a claim an acceptance has to be sure beyond doubt."""
    assert walk(REQUEST, WORK, YES).belief.state is S.IN_PROGRESS


def test_the_table_only_confirms_on_acceptance_or_success() -> None:
    """No other sign leads to confirmed, and the agent's claim alone never does."""
    into = {sign for (_, sign), state in TRANSITIONS.items() if state is S.CONFIRMED}
    assert into == {Sign.ACCEPTANCE, Sign.SUCCESS}
    assert all(state is S.PROPOSED for (_, sign), state in TRANSITIONS.items() if sign is Sign.CLAIM)


stages = st.lists(st.floats(0.01, 1), min_size=len(STAGES), max_size=len(STAGES)).map(
    lambda parts: seen(**{name: part / sum(parts) for name, part in zip(STAGES, parts, strict=True)})
)
steps = st.lists(
    st.tuples(st.sampled_from(Speaker), st.text(max_size=12), stages, st.floats(0, 1)), max_size=14
)


@given(steps)
@settings(max_examples=200, deadline=None)
def test_evidence_is_verbatim_and_already_said(
    conversation: list[tuple[Speaker, str, ActReading, float]],
) -> None:
    """Whatever is said: quotes are the turns' own words, confidence is a probability, nothing is raised."""
    progress = blank()
    for index, (speaker, text, reading, confidence) in enumerate(conversation):
        progress = follow(progress, turn(index, speaker, text, confidence), reading)
        assert -1e-6 <= progress.belief.confidence <= 1 + 1e-6
        for quote in progress.belief.evidence:
            assert quote.turn <= index
            assert conversation[quote.turn][1][quote.start : quote.end] == quote.text != ""


@given(steps)
@settings(max_examples=200, deadline=None)
def test_silence_of_the_customer_never_confirms(
    conversation: list[tuple[Speaker, str, ActReading, float]],
) -> None:
    """As long as no word of the customer's was heard well, nothing is confirmed."""
    progress = blank()
    for index, (speaker, text, reading, confidence) in enumerate(conversation):
        heard = min(confidence, 0.5) if speaker is CUSTOMER else confidence
        progress = follow(progress, turn(index, speaker, text, heard), reading)
        assert progress.belief.state is not S.CONFIRMED


@pytest.fixture(scope="module")
def resolution() -> ResolutionReader:
    return ResolutionReader(load_dialogue_head())


def states(reader: Reader, resolution: ResolutionReader, *lines: tuple[str, str]) -> list[ResolutionState]:
    progress = resolution.begin()
    found: list[ResolutionState] = []
    for index, (who, text) in enumerate(lines):
        progress = resolution.read(progress, reader.read(turn(index, Speaker(who), text)))
        found.append(progress.belief.state)
    return found


A, C = "agent", "customer"
OPENING = (
    (A, "good morning northfield energy this is priya how can i help"),
    (C, "hi yes my direct debit went up twice this month and i want to know why"),
    (A, "okay let me look into that what's your account number"),
    (C, "it's on the letter hang on double four one nine"),
)
CLAIMED = (*OPENING, (A, "right i found it you were charged twice i've refunded the second one to your bank"))


def test_a_plain_call_is_confirmed_at_the_acceptance(reader: Reader, resolution: ResolutionReader) -> None:
    """Claim, then content customer: confirmed, and not a turn before the customer spoke."""
    found = states(reader, resolution, *CLAIMED, (C, "oh brilliant thank you so much that's sorted then"))
    assert S.CONFIRMED not in found[:-1]
    assert found[-1] is S.CONFIRMED


@pytest.mark.parametrize(
    "words",
    [
        "thank you",
        "perfect",
        "that's all",
        "Great, thanks!",
        "okay lovely thank you",
        "thank you for watching",
    ],
)
def test_kind_words_in_mid_request_confirm_nothing(
    reader: Reader, resolution: ResolutionReader, words: str
) -> None:
    """Politeness while the agent is still at it is no acceptance."""
    lines = (*OPENING, (A, "thanks one moment while i open the account"), (C, words))
    assert S.CONFIRMED not in states(reader, resolution, *lines)


def test_asking_for_more_before_anything_was_done_confirms_nothing(
    reader: Reader, resolution: ResolutionReader
) -> None:
    """The agent's "anything else?" right after the request, and the customer's no, settle nothing."""
    lines = (*OPENING, (A, "is there anything else i can help you with"), (C, "no that's all thank you"))
    assert S.CONFIRMED not in states(reader, resolution, *lines)


def test_a_failure_politely_taken_is_not_confirmed(reader: Reader, resolution: ResolutionReader) -> None:
    """A customer who thanks an agent that could not help has not been helped."""
    lines = (
        *OPENING,
        (A, "i'm sorry i can't refund that it has to be done by your bank"),
        (C, "okay thanks anyway"),
        (A, "is there anything else i can help with"),
        (C, "no thank you bye"),
    )
    assert S.CONFIRMED not in states(reader, resolution, *lines)


@pytest.mark.parametrize(
    ("promise", "thanks"),
    [
        ("i've raised a ticket and somebody will ring you within two working days", "okay lovely thank you"),
        ("i'll pass it to the billing team and they'll write to you", "perfect thanks for your help"),
    ],
)
def test_a_promise_politely_taken_is_not_confirmed(
    reader: Reader, resolution: ResolutionReader, promise: str, thanks: str
) -> None:
    """A customer who thanks for a promise has not been helped yet."""
    lines = (
        *OPENING,
        (A, "hm i can't see it from here"),
        (C, "oh dear"),
        (A, promise),
        (C, thanks),
        (A, "is there anything else i can help with"),
        (C, "no that's all bye"),
    )
    assert S.CONFIRMED not in states(reader, resolution, *lines)


def test_listening_on_after_the_end_reopens_nothing(reader: Reader, resolution: ResolutionReader) -> None:
    """While the agent says more after all is settled, "okay" and "good to know" change nothing."""
    lines = (
        *CLAIMED,
        (C, "oh brilliant thank you so much that's sorted then"),
        (A, "you're welcome your next payment is on the first and you'll get a letter about it"),
        (C, "okay"),
        (C, "good to know"),
    )
    assert states(reader, resolution, *lines)[5:] == [S.CONFIRMED] * 4


@pytest.mark.parametrize("words", ["thanks", "Great, thank you. That's all.", "okay perfect bye"])
def test_a_plain_booking_taken_in_few_words_is_confirmed(
    reader: Reader, resolution: ResolutionReader, words: str
) -> None:
    """A businesslike customer's few words after a plain booking confirm it."""
    lines = (
        (C, "I want to see the dentist on Tuesday at ten"),
        (A, "There is a slot with Dr Hale at ten. Shall I book it?"),
        (C, "Yes please"),
        (A, "I have booked it for you, Tuesday at ten."),
    )
    found = states(reader, resolution, *lines, (C, words))
    assert S.CONFIRMED not in found[:-1]
    assert found[-1] is S.CONFIRMED


@pytest.mark.parametrize(
    "recap",
    [
        "To be clear: two standard seats on the evening boat, row nine.",
        "ok so just to confirm that's one large parcel to be collected on monday",
        "Right, let me read that back: a double room, three nights, with breakfast.",
    ],
)
def test_an_order_read_back_is_no_claim(recap: str, reader: Reader, resolution: ResolutionReader) -> None:
    """What is only said again, so that it can be corrected, is not done yet, however gladly it is taken."""
    found = states(
        reader,
        resolution,
        (A, "Hello, how can I help?"),
        (C, "I'd like to make a booking please."),
        (A, "Sure, for when?"),
        (C, "Monday if you can."),
        (A, recap),
        (C, "You got it, perfect."),
    )
    assert S.PROPOSED not in found
    assert S.CONFIRMED not in found


def test_a_yes_to_anything_else_reopens(reader: Reader, resolution: ResolutionReader) -> None:
    """The plainest way to bring up something new counts as a new request at once."""
    lines = (
        *CLAIMED,
        (C, "great thank you that's perfect"),
        (A, "anything else i can help with"),
        (C, "Yes, there is another problem"),
    )
    assert states(reader, resolution, *lines)[-1] is S.REOPENED


def test_a_second_request_leaves_confirmed(reader: Reader, resolution: ResolutionReader) -> None:
    """Once something new is asked, the old acceptance no longer counts."""
    lines = (
        *CLAIMED,
        (C, "great thank you that's perfect"),
        (A, "is there anything else i can help with"),
        (C, "yes actually i also need to change the address on my account i'm moving on friday"),
        (A, "sure what is the new address"),
    )
    found = states(reader, resolution, *lines)
    assert found[5] is S.CONFIRMED
    assert found[-1] not in (S.CONFIRMED, S.PROPOSED)
