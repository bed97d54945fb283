"""Plain HTTP: what a client posts, and how it is refused."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters.door import UNAUTHORIZED, RefusedError

_LARGEST_BODY = 65_536
_STATUS = {
    "unauthorized": 401,
    "unknown_suggestion": 404,
    "conversation_exists": 409,
    "key_conflict": 409,
    "uuid_exists": 409,
    "too_big": 413,
    "not_loaded": 422,
    "too_many": 429,
    "not_kept": 503,
}


async def read_body(request: Request) -> str:
    """Return a request's body as text.

    Raises:
        RefusedError: It is too big.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST_BODY:
            raise RefusedError("too_big", f"a body may have {_LARGEST_BODY} bytes")
    return body.decode("utf-8", "replace")


def refusal(refused: RefusedError) -> Response:
    """Say why a request was refused."""
    error = {"code": refused.code, "message": str(refused)}
    headers = {"WWW-Authenticate": "Bearer"} if refused.close_code == UNAUTHORIZED else None
    return JSONResponse({"error": error}, _STATUS.get(refused.code, 400), headers)
