"""Outcomes that the business's systems report later: ``POST /v1/outcomes``."""

from datetime import date
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters.door import TRY_AGAIN, Door, RefusedError, parse
from adapters.ledger.business import Result, ResultKind, ResultsError
from adapters.ledger.database import LedgerError
from adapters.ledger.recorder import Recorder
from adapters.posting import read_body, refusal


class _Posted(msgspec.Struct, forbid_unknown_fields=True):
    key: Annotated[str, msgspec.Meta(min_length=1)]
    suggestion: str
    result: ResultKind
    day: date | None = None
    amount: float | None = None


_posts = msgspec.json.Decoder(list[_Posted])


class Outcomes:
    """Takes what the business found out, in lists: each is kept whole, or refused whole.

    Args:
        recorder: Keeps it.
        door: Who may tell.
    """

    def __init__(self, recorder: Recorder, door: Door) -> None:
        self._recorder = recorder
        self._door = door

    async def post(self, request: Request) -> Response:
        """Take one list; answer when it is durable."""
        try:
            self._door.admit(request.headers)
            posted = parse(await read_body(request), _posts)
            receipt = await self._record(posted)
        except RefusedError as refused:
            return refusal(refused)
        return JSONResponse({"recorded": receipt[0], "repeated": receipt[1]})

    async def _record(self, posted: list[_Posted]) -> tuple[int, int]:
        results = [
            Result(f"item {number}", one.key, one.suggestion, one.result, one.day, one.amount)
            for number, one in enumerate(posted)
        ]
        try:
            receipt = await self._recorder.record(results)
        except ResultsError as error:
            raise RefusedError(error.code, str(error)) from None
        except LedgerError:
            raise RefusedError("not_kept", "the ledger cannot be written now", TRY_AGAIN) from None
        return receipt.recorded, receipt.repeated
