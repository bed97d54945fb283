"""Errors that nobody foresaw: what may be logged of them, and how a call goes on."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from traceback import extract_tb
from typing import TypeVar

import structlog

_Made = TypeVar("_Made")

_log = structlog.get_logger()


def place_of(error: BaseException) -> dict[str, str]:
    """Return the error's kind and place; its message may hold a customer's words, and is left out."""
    last = extract_tb(error.__traceback__)[-1]
    return {"error": type(error).__name__, "place": f"{last.filename}:{last.lineno}"}


async def attempt(workers: Executor, work: Callable[[], _Made], *, otherwise: _Made) -> _Made:
    """Return what is made in another thread. What fails is logged and lost; the call goes on."""
    try:
        return await asyncio.get_running_loop().run_in_executor(workers, work)
    except Exception as error:  # whatever a decoder or recogniser may raise
        _log.error("audio lost", **place_of(error))
        return otherwise
