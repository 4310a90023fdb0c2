"""The link to a live run in a child process: `stopwise live` over pipes, a JSON line each way."""

from __future__ import annotations

import collections
import json
import os
import queue
import subprocess
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Callable, Optional

from .errors import RefusedError, TimedOutError, UnreachableError

if TYPE_CHECKING:
    Process = subprocess.Popen[bytes]
    Letters = queue.Queue[Optional[bytes]]

Message = dict[str, Any]
_KEPT_LINES = 20


def error_of(reply: Message) -> RefusedError:
    """The error that a reply of type `error` tells of."""
    return RefusedError(
        str(reply.get("code") or "error"), str(reply.get("message") or ""), str(reply.get("hint") or "")
    )


def _in_thread(work: Callable[..., None], *words: Any) -> threading.Thread:
    thread = threading.Thread(target=work, args=words, name="stopwise", daemon=True)
    thread.start()
    return thread


def _read(process: Process, replies: Letters) -> None:
    assert process.stdout is not None
    with process.stdout as stream:
        for line in stream:
            if line.strip():
                replies.put(line)
    replies.put(None)


class ChildLink:
    """
    One child process. Reading, writing and its stderr each have a thread of their own, so that a child which
    hangs, floods its stderr or dies can cost no more than `timeout` seconds.
    """

    def __init__(self, words: Sequence[str], environment: Optional[dict[str, str]] = None) -> None:
        self._words = list(words)
        self._environment = environment
        self._process: Optional[Process] = None
        self._drainer: Optional[threading.Thread] = None
        self._replies: Letters = queue.Queue()
        self._letters: Letters = queue.Queue()
        self._told: collections.deque[str] = collections.deque(maxlen=_KEPT_LINES)

    @property
    def process_id(self) -> Optional[int]:
        return None if self._process is None else self._process.pid

    def open(self, start: Message, timeout: float) -> Message:
        """Starts the process and tells it of the run; gives its advice."""
        try:
            # A session of its own: Ctrl-C in the terminal reaches the trainer, which then ends the run in order.
            process = subprocess.Popen(
                self._words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
                start_new_session=os.name == "posix",
            )
        except OSError as error:
            raise UnreachableError(f"{self._words[0]} does not start: {error}") from error
        self._process = process
        self._replies, self._letters = queue.Queue(), queue.Queue()
        self._told.clear()
        _in_thread(_read, process, self._replies)
        _in_thread(self._write, process, self._letters)
        self._drainer = _in_thread(self._drain, process)
        return self.ask(start, timeout)

    def ask(self, message: Message, timeout: float) -> Message:
        """
        Sends one message and waits for its reply.

        :raises RefusedError: where the reply is an error.
        :raises UnreachableError: where the process is gone, says nothing in time, or says what is no JSON object.
        """
        if self._process is None:
            raise UnreachableError("the process was not started")
        self._letters.put(json.dumps(message, separators=(",", ":"), allow_nan=False).encode() + b"\n")
        try:
            line = self._replies.get(timeout=timeout)
        except queue.Empty:
            self.close(timeout=0)
            raise TimedOutError(f"no answer within {timeout:g} s") from None
        if line is None:
            raise UnreachableError(self._why_gone())
        reply = self._parse(line)
        if reply.get("type") == "error":
            raise error_of(reply)
        return reply

    def _parse(self, line: bytes) -> Message:
        try:
            reply = json.loads(line)
        except ValueError:
            reply = None
        if isinstance(reply, dict):
            return reply
        raise UnreachableError(f"its answer is no JSON object: {line[:80]!r}")

    def _why_gone(self) -> str:
        process = self._process
        assert process is not None
        try:
            status: Any = process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            status = "unknown"
        if self._drainer is not None:
            # Its last words may still be in the pipe.
            self._drainer.join(timeout=1)
        said = self._told[-1] if self._told else ""
        return f"the process ended (status {status})" + (f": {said}" if said else "")

    def _write(self, process: Process, letters: Letters) -> None:
        assert process.stdin is not None
        # Nobody reads on once the process is gone: the reading thread says so.
        try:
            with process.stdin as stream:
                for line in iter(letters.get, None):
                    stream.write(line)
                    stream.flush()
        except OSError as error:
            self._told.append(f"the pipe broke: {error}")

    def _drain(self, process: Process) -> None:
        assert process.stderr is not None
        with process.stderr as stream:
            for line in stream:
                text = line.decode("utf-8", "replace").strip()
                if text:
                    self._told.append(text[:500])

    def close(self, timeout: float = 5.0) -> None:
        """Closes its input, which ends it; a process that does not end is killed."""
        process, self._process = self._process, None
        if process is None:
            return
        self._letters.put(None)
        try:
            process.wait(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
