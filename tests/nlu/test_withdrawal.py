"""A need ends when the customer takes it back or says that it is met; praise for the agent ends none."""

import pytest

from nlu.withdrawal import says_settled, takes_back


@pytest.mark.parametrize(
    "text",
    [
        "oh never mind",
        "forget the travel pass",
        "scrap the second car, we'll share",
        "ignore me about the cheaper plan",
        "no i don't need one after all",
        "the party's off completely",
    ],
)
def test_taking_it_back_is_heard(text: str) -> None:
    assert takes_back(text)


@pytest.mark.parametrize(
    "text",
    [
        "my cousin is lending us his van",
        "she's got one already",
        "we're not going any more",
        "my new job pays for that so it's dealt with",
        "that's him sorted",
        "wait no it's fine",
    ],
)
def test_what_is_met_otherwise_is_heard(text: str) -> None:
    assert says_settled(text)


@pytest.mark.parametrize(
    "text",
    [
        "don't forget to send it",
        "i need it by friday",
        "it keeps switching itself off",
        "is it fine to pay later",
        "she gave me a cup of tea",
        "that's lovely thank you",
    ],
)
def test_other_words_end_no_need(text: str) -> None:
    assert not takes_back(text)
    assert not says_settled(text)
