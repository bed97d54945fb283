"""What a chat system sends, over its socket (subprotocol ``rightsell.chat.v1``) or by ``POST``."""

from typing import Annotated, Any

import msgspec

from listener.events import Speaker

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=10_000_000)]


class Start(msgspec.Struct, tag_field="type", tag="start"):
    """A chat begins.

    Attributes:
        conversation: The chat system's own id.
        customer: What is known of the customer, for eligibility rules.
        context: What is known of the contact, such as ``queue`` or ``date``.
        agent_id: The agent who has it.
        token: Unless it is in the ``Authorization`` header.
    """

    conversation: Id
    customer: dict[str, Any] = {}
    context: dict[str, Any] = {}
    agent_id: str = ""
    token: str = ""


class Message(msgspec.Struct, tag_field="type", tag="message"):
    """Somebody wrote.

    Attributes:
        at_s: Seconds since the conversation began; now, when absent.
    """

    speaker: Speaker
    text: str
    at_s: Seconds | None = None


class End(msgspec.Struct, tag_field="type", tag="end"):
    """The chat is over."""


class Posted(msgspec.Struct):
    """One message by ``POST``; the first of a conversation begins it, and may say what is known."""

    speaker: Speaker
    text: str
    at_s: Seconds | None = None
    customer: dict[str, Any] = {}
    context: dict[str, Any] = {}
    agent_id: str = ""


starts = msgspec.json.Decoder(Start)
messages: msgspec.json.Decoder[Message | End] = msgspec.json.Decoder(Message | End)
posts = msgspec.json.Decoder(Posted)
