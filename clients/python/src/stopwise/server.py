"""The link to a live run of a `stopwise serve`: the same messages over HTTP."""

from __future__ import annotations

import json
import os
from typing import Any, Optional
from urllib.parse import quote, urlsplit

from .child import error_of
from .errors import InvalidInputError, RefusedError, TimedOutError, UnreachableError

Message = dict[str, Any]
_LARGEST_ANSWER = 16 * 1024 * 1024
# These pass: the server is starting, stopping or asks for less at once.
_PASSING = {408, 425, 429, 500, 502, 503, 504}


def server_address(address: str) -> str:
    """The address without its last slash; InvalidInputError where it is none of http or https."""
    parts = urlsplit(address)
    if parts.scheme in ("http", "https") and parts.netloc:
        return address.rstrip("/")
    raise InvalidInputError(f"server must be an address such as 'http://127.0.0.1:7473', got {address!r}.")


class ServerLink:
    """One live run at a server."""

    def __init__(self, address: str, token: Optional[str] = None) -> None:
        self._address = server_address(address)
        self._token = token if token is not None else os.environ.get("STOPWISE_TOKEN")
        self._run = ""

    def open(self, start: Message, timeout: float) -> Message:
        """Tells the server of the run; gives its advice."""
        reply = self._post("/v1/runs", start, timeout)
        self._run = str(reply.get("run") or start["run"])
        return reply

    def ask(self, message: Message, timeout: float) -> Message:
        """
        Sends a checkpoint or the end of the run.

        :raises RefusedError: where the server refuses it.
        :raises UnreachableError: where the server cannot be reached, or has lost the run.
        """
        where = "checkpoints" if message["type"] == "checkpoint" else "end"
        try:
            return self._post(f"/v1/runs/{quote(self._run, safe='')}/{where}", message, timeout)
        except RefusedError as error:
            if error.code == "404":
                raise UnreachableError(f"the server does not know run {self._run}") from error
            raise

    def recommend(self, request: Message, timeout: float) -> Message:
        """A recommendation without a run."""
        return self._post("/v1/recommend", request, timeout)

    def close(self) -> None:
        """Nothing is held open between messages."""

    def _post(self, path: str, message: Message, timeout: float) -> Message:
        # Imported late: urllib.request costs a fifth of the whole import.
        import http.client
        import socket
        import urllib.error
        import urllib.request

        headers = {"content-type": "application/json", "accept": "application/json"}
        if self._token:
            headers["authorization"] = f"Bearer {self._token}"
        body = json.dumps(message, allow_nan=False).encode()
        request = urllib.request.Request(self._address + path, data=body, headers=headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return _object(answer.read(_LARGEST_ANSWER))
        except urllib.error.HTTPError as error:
            raise self._refusal(error) from error
        except (TimeoutError, socket.timeout) as error:  # two classes before Python 3.10
            raise TimedOutError(f"{self._address} did not answer within {timeout:g} s") from error
        except (OSError, http.client.HTTPException) as error:
            if isinstance(getattr(error, "reason", None), socket.timeout):
                raise TimedOutError(f"{self._address} did not answer within {timeout:g} s") from error
            raise UnreachableError(f"{self._address} cannot be reached: {error}") from error

    def _refusal(self, error: Any) -> Exception:
        status = int(error.code)
        try:
            reply = _object(error.read(_LARGEST_ANSWER))
        except (OSError, UnreachableError):
            reply = {}
        if status in _PASSING:
            return UnreachableError(f"{self._address} answered {status} {reply.get('message') or error.reason}")
        if status == 401:
            return RefusedError("401", "the server asks for its token.", "Give token=... or set STOPWISE_TOKEN.")
        refusal = error_of({"message": f"the server answered {status}", **reply})
        return RefusedError("404", str(refusal)) if status == 404 else refusal


def _object(body: bytes) -> Message:
    try:
        reply = json.loads(body)
    except ValueError:
        reply = None
    if isinstance(reply, dict):
        return reply
    raise UnreachableError(f"the server's answer is no JSON object: {body[:80]!r}")
