"""What is masked, what stays, and that no offset moves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.redaction import MASK, mask

_WORDS = st.sampled_from(
    [
        "one",
        "two",
        "oh",
        "double",
        "four",
        "nineteen",
        "sixty",
        "12",
        "4111",
        "1111",
        "555-1234",
        "$15.00",
        "dollars",
        "jo@mail.com",
        "at",
        "gmail",
        "dot",
        "com",
        "maple",
        "street",
        "pin",
        "is",
        "my",
        "2026",
        "uh",
        ",",
        ".",
        "GB29",
        "NWBK",
        "6016",
    ]
)


@given(st.text(max_size=200) | st.lists(_WORDS, max_size=20).map(" ".join))
@settings(max_examples=200, deadline=None)
def test_masking_keeps_length_and_spaces_and_masking_again_changes_nothing(text: str) -> None:
    masked = mask(text)
    assert len(masked) == len(text)
    assert [c.isspace() for c in masked] == [c.isspace() for c in text]
    assert mask(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "my card is 4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "call me on (555) 123-4567",
        "it's six one one eight",
        "double four oh nine",
        "seven seven uh triple two",
        "forty four nineteen",
        "my pin is 1987",
        "last four digits are 2019",
        "account 00123456",
        "write to jane.doe+x@mail.example.com",
        "it's jane dot doe at gmail dot com",
        "GB29 NWBK 6016 1331 9268 19",
        "i live at 12 maple street",
        "born the ninth of march nineteen sixty eight",
    ],
)
def test_personal_data_is_masked(text: str) -> None:
    assert MASK in mask(text)


def test_no_digit_of_a_card_remains() -> None:
    masked = mask("sure it's 4111 1111 1111 1111 and the code is nine nine three one thanks")
    assert not any(c.isdigit() for c in masked)
    assert "nine" not in masked
    assert masked.startswith("sure it's ") and masked.endswith(" thanks")


@pytest.mark.parametrize(
    "text",
    [
        "my bill was 62 dollars",
        "$15.00 a month or $1200 in all",
        "it went from 1,200 minutes to 2,500",
        "forty nine ninety nine a month",
        "since 2019 i've had the 256 gb one",
        "three of the five cards",
        "the kids stream 24 7",
        "oh oh oh no",
        "the appointment is at 10:30",
        "i'll be home at five or six",
    ],
)
def test_prices_quantities_and_years_stay(text: str) -> None:
    assert mask(text) == text


def test_a_very_long_message_is_masked_too() -> None:
    text = "a" * 50_000 + " 4111111111111111 " + "1 " * 20_000 + "x@y.z" * 5_000
    assert len(mask(text)) == len(text)
