"""What an agent's screen sends (subprotocol ``rightsell.v1``)."""

from typing import Annotated, Literal

import msgspec

Action = Literal["shown", "voiced", "accepted", "declined", "postponed", "dismissed"]
MessageId = int | str | None


class Auth(msgspec.Struct, tag_field="type", tag="auth"):
    """Who the agent is.

    Attributes:
        token: Unless it is in the ``Authorization`` header.
        agent: The agent's id, by which ``agent:me`` finds their conversations. On a development server,
            an agent without one follows all conversations.
    """

    token: str = ""
    agent: str = ""


class Subscribe(msgspec.Struct, tag_field="type", tag="subscribe"):
    """Follow a topic: ``conversation:ID``, or ``agent:me`` for the agent's own conversations."""

    topic: Annotated[str, msgspec.Meta(max_length=250)]
    id: MessageId = None


class Unsubscribe(msgspec.Struct, tag_field="type", tag="unsubscribe"):
    """Follow a topic no longer."""

    topic: str
    id: MessageId = None


class Feedback(msgspec.Struct, tag_field="type", tag="feedback"):
    """What became of a suggestion.

    Attributes:
        conversation: Where it was made; may be left out when only one that is followed can be meant.
    """

    suggestion_id: str
    action: Action
    conversation: str = ""
    id: MessageId = None


class Ping(msgspec.Struct, tag_field="type", tag="ping"):
    """Are you there?"""

    t: float | str | None = None


class Pong(msgspec.Struct, tag_field="type", tag="pong"):
    """I am."""


auths = msgspec.json.Decoder(Auth)
requests: msgspec.json.Decoder[Subscribe | Unsubscribe | Feedback | Ping | Pong] = msgspec.json.Decoder(
    Subscribe | Unsubscribe | Feedback | Ping | Pong
)
