"""`stopwise.recommend()`: which policy for a task that is about to start."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any, Optional

from .errors import InvalidInputError, UnreachableError
from .node import clean_environment, command
from .request import read_request
from .server import ServerLink

if TYPE_CHECKING:
    from .contract import Recommendation


def _flag(name: str) -> str:
    return "--" + "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)


def _flags(facts: dict[str, Any]) -> list[str]:
    return [word for name, value in facts.items() for word in (_flag(name), str(value))]


def _ask_command_line(facts: dict[str, Any], store: Optional[str], timeout: float) -> Any:
    place = [] if store is None else ["--store", store]
    words = command("recommend", *_flags(facts), *place, "--json")
    try:
        told = subprocess.run(
            words, capture_output=True, text=True, timeout=timeout, env=clean_environment(), check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UnreachableError(f"stopwise recommend did not run: {error}") from error
    # 3 is an answer too: it abstained.
    if told.returncode in (0, 3):
        return json.loads(told.stdout)
    problem = told.stderr.strip() or f"stopwise recommend ended with status {told.returncode}"
    raise InvalidInputError(problem) if told.returncode == 2 else UnreachableError(problem)


def recommend(
    *,
    store: Optional[str] = None,
    server: Optional[str] = None,
    token: Optional[str] = None,
    target: Optional[str] = None,
    target_version: Optional[str] = None,
    timeout: float = 60.0,
    **facts: Any,
) -> Recommendation:
    """
    Recommends a stopping policy for a run that is about to start.

    :param facts: the task and the bound, as for `stopwise.run`
    :param target: the trainer whose own settings are wanted, in `config`
    :raises InvalidInputError: for an argument that breaks its rule.
    :raises UnreachableError: where the command line does not run or the server does not answer.
    """
    from .contract import Recommendation

    asked = read_request(facts)
    words = {"target": target, "targetVersion": target_version}
    flat = {**asked.task, **asked.wishes, **{name: word for name, word in words.items() if word is not None}}
    if server is None:
        return Recommendation.from_json(_ask_command_line(flat, store, timeout))
    if store is not None:
        raise InvalidInputError("a server has its own store. Give store or server, not both.")
    return Recommendation.from_json(ServerLink(server, token).recommend(flat, timeout))
