"""What a softphone says about its audio (subprotocol ``rightsell.audio.v1``)."""

from typing import Annotated, Any, Literal

import msgspec

from adapters.door import RefusedError
from listener.audio import AudioFormat, AudioFormatError, Encoding
from listener.events import Speaker

_ROLES = (Speaker.CUSTOMER, Speaker.AGENT)


class Start(msgspec.Struct, tag_field="type", tag="start"):
    """A call begins.

    Attributes:
        format: How a sample is written.
        rate: Samples a second and channel, one that ``AudioFormat`` takes.
        channels: 1 or 2, interleaved.
        roles: Whose channel is whose; by default the customer's comes first.
        call_id: The call's id, which becomes the conversation's; made up when empty.
        agent_id: The agent who has it.
        customer: What is known of the customer, for eligibility rules.
        context: What is known of the call, such as ``ivr_reason``, ``queue`` or ``date``.
        resume: Goes on with a call whose connection was lost. ``rewind``: the audio that follows begins where
            ``received_s`` of the answer says; ``live``: it is what is being said now.
        token: Unless it is in the ``Authorization`` header.
    """

    format: Encoding
    rate: int
    channels: Literal[1, 2] = 1
    roles: list[Speaker] | None = None
    call_id: Annotated[str, msgspec.Meta(max_length=200)] = ""
    agent_id: str = ""
    customer: dict[str, Any] = {}
    context: dict[str, Any] = {}
    resume: Literal["", "rewind", "live"] = ""
    token: str = ""

    @property
    def audio(self) -> AudioFormat:
        """What the bytes are.

        Raises:
            RefusedError: Roles and channels do not match, or the rate is none that we take.
        """
        roles = tuple(_ROLES[: self.channels] if self.roles is None else self.roles)
        if len(roles) != self.channels:
            raise RefusedError("bad_message", f"{self.channels} channel(s), but {len(roles)} role(s)")
        try:
            return AudioFormat(self.format, self.rate, roles)
        except AudioFormatError as error:
            raise RefusedError("bad_message", str(error)) from None


class Pause(msgspec.Struct, tag_field="type", tag="pause"):
    """What follows is not to be listened to; time goes on."""


class Resume(msgspec.Struct, tag_field="type", tag="resume"):
    """Listen again."""


class Remark(msgspec.Struct, tag_field="type", tag="meta"):
    """Something about the call on which nothing is decided."""


class Dtmf(msgspec.Struct, tag_field="type", tag="dtmf"):
    """A key was pressed, on which nothing is decided."""


class Stop(msgspec.Struct, tag_field="type", tag="stop"):
    """The call is over."""


Control = Pause | Resume | Remark | Dtmf | Stop

starts = msgspec.json.Decoder(Start)
controls: msgspec.json.Decoder[Control] = msgspec.json.Decoder(Control)
