"""Catalog and policy loaded anew while the server runs: by ``POST /v1/reload``, or by SIGHUP.

What is going on ends with what it began with; only new conversations take the new desk. Files that are
wrong are refused whole, and nothing changes.
"""

import asyncio
from collections.abc import Callable

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters.door import Door, RefusedError
from adapters.mishaps import place_of
from adapters.posting import refusal
from offers.conversation import Desk

_log = structlog.get_logger()


class Reloading:
    """Loads the desk and hands it over, one load after the other.

    Args:
        load: Reads the files; takes seconds, and raises a ``ValueError`` that tells what is wrong with them.
        take: Takes the new desk, in the event loop.
        door: Who may ask for it.
    """

    def __init__(self, load: Callable[[], Desk], take: Callable[[Desk], None], door: Door) -> None:
        self._load = load
        self._take = take
        self._door = door
        self._one_at_a_time = asyncio.Lock()

    async def reload(self) -> Desk:
        """Load and hand over; the log tells how it went.

        Raises:
            RefusedError: The files are wrong; the old desk goes on.
        """
        async with self._one_at_a_time:
            try:
                desk = await asyncio.to_thread(self._load)
            except ValueError as error:
                _log.error("reload refused, the old catalog goes on", problems=str(error).splitlines())
                raise RefusedError("not_loaded", str(error)) from None
            self._take(desk)
        _log.info("reloaded", catalog=desk.catalog.id, version=desk.catalog.version)
        return desk

    async def on_signal(self) -> None:
        """Load and hand over; whatever happens is told in the log alone."""
        try:
            await self.reload()
        except RefusedError:  # told already
            pass
        except Exception as error:  # nobody waits for an answer, and the server goes on
            _log.error("reload failed, the old catalog goes on", **place_of(error))

    async def post(self, request: Request) -> Response:
        """Load and hand over; answer when new conversations have it, or with all that is wrong."""
        try:
            self._door.admit(request.headers)
            desk = await self.reload()
        except RefusedError as refused:
            return refusal(refused)
        catalog = desk.catalog
        named = {"id": catalog.id, "version": catalog.version, "sha256": catalog.sha256}
        return JSONResponse({"catalog": named, "policy": desk.policy.policy})
