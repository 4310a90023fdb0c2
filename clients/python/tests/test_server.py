"""The same messages over HTTP, with a server that can be away, be busy or forget."""

from __future__ import annotations

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Optional
from unittest import mock
from urllib.parse import unquote

import stopwise
from stopwise import Timeouts


class FakeServer:
    """Speaks the contract on loopback; `faults` are statuses that the next requests get instead."""

    def __init__(self, token: str = "secret", port: int = 0) -> None:
        self.token = token
        self.faults: list[int] = []
        self.runs: dict[str, list[float]] = {}
        self.paths: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, path: str, message: dict[str, Any], bearer: Optional[str]) -> tuple[int, dict[str, Any]]:
        self.paths.append(path)
        if self.faults:
            return self.faults.pop(0), {"type": "error", "code": "BUSY", "message": "later", "hint": ""}
        if bearer != f"Bearer {self.token}":
            return 401, {"type": "error", "code": "UNAUTHORIZED", "message": "no token", "hint": ""}
        if path == "/v1/runs":
            steps = self.runs.setdefault(message["run"], [])
            advice = {"status": "certified", "sentence": "Stop."}
            return 200, {
                "type": "advice",
                "run": message["run"],
                "mode": "stop",
                "using": "start",
                "advice": advice,
                "checkpoints": len(steps),
            }
        name, what = (unquote(part) for part in path.split("/")[3:5])
        if name not in self.runs:
            return 404, {"type": "error", "code": "NOT_FOUND", "message": "no such run", "hint": ""}
        if what == "end":
            return 200, {
                "type": "recorded",
                "run": name,
                "store": "s",
                "saved": {"share": 0.5, "tokens": None},
            }
        if message.get("quality", 0) < 0:
            return 400, {
                "type": "error",
                "code": "INVALID_INPUT",
                "message": "quality is negative.",
                "hint": "Fix it.",
            }
        if message["step"] not in self.runs[name]:
            self.runs[name].append(message["step"])
        action = "stop" if message["step"] >= 300 else "continue"
        return 200, {
            "type": "decision",
            "action": action,
            "reason": f"seen {len(self.runs[name])}",
            "state": {},
        }

    def _handler(self) -> Any:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["content-length"])))
                status, reply = fake.answer(self.path, message, self.headers.get("authorization"))
                body = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """The test says what it needs to."""

        return Handler


class ServerTest(unittest.TestCase):
    def setUp(self) -> None:
        self.fake = FakeServer()
        self.addCleanup(self.fake.close)
        self.address = f"http://127.0.0.1:{self.fake.port}/"

    def run_at(self, **arguments: Any) -> stopwise.Run:
        return stopwise.run(server=self.address, timeouts=Timeouts(3, 2, 3), run="a/b", **arguments)

    def test_a_run_over_http(self) -> None:
        with self.run_at(token="secret") as run:
            stops = [run.checkpoint(step, 0.5).stop for step in (100, 200, 300)]
        self.assertEqual(stops, [False, False, True])
        self.assertEqual(run.recorded.share, 0.5)
        self.assertEqual(self.fake.paths, ["/v1/runs", *["/v1/runs/a%2Fb/checkpoints"] * 3, "/v1/runs/a%2Fb/end"])

    def test_the_token_of_the_environment(self) -> None:
        with mock.patch.dict("os.environ", {"STOPWISE_TOKEN": "secret"}):
            self.assertEqual(self.run_at().advice.status, "certified")

    def test_a_wrong_token_is_one_warning_that_names_the_fix(self) -> None:
        with self.assertLogs("stopwise", "WARNING") as log:
            run = self.run_at(token="wrong")
            self.assertFalse(run.checkpoint(300, 0.5).stop)
        self.assertEqual(len(log.records), 1)
        self.assertIn("STOPWISE_TOKEN", log.output[0])

    def test_a_busy_server_is_asked_again(self) -> None:
        run = self.run_at(token="secret")
        self.fake.faults = [503]
        with self.assertLogs("stopwise", "WARNING") as log:
            decision = run.checkpoint(100, 0.5)
        self.assertEqual((decision.reason, len(log.records)), ("seen 1", 1))

    def test_a_server_that_is_away_for_a_while_is_told_what_it_missed(self) -> None:
        run = self.run_at(token="secret")
        run.checkpoint(50, 0.5)
        self.fake.close()
        with self.assertLogs("stopwise", "WARNING") as log:
            decisions = [run.checkpoint(step, 0.5) for step in (100, 150)]
            self.assertFalse(any(decision.reached for decision in decisions))
            again = FakeServer(port=self.fake.port)
            self.addCleanup(again.close)
            decisions = [run.checkpoint(step, 0.5) for step in (200, 250, 300, 350)]
        self.assertEqual(len(log.records), 1)
        self.assertTrue(decisions[-1].stop)
        # It came back with nothing, so that all is told again, in order.
        self.assertEqual(again.runs["a/b"], [50, 100, 150, 200, 250, 300, 350])

    def test_a_checkpoint_that_is_refused_ends_nothing(self) -> None:
        run = self.run_at(token="secret")
        with self.assertLogs("stopwise", "WARNING") as log:
            self.assertFalse(run.checkpoint(300, -0.5).stop)
        self.assertIn("quality is negative. Fix it.", log.output[0])
        self.assertTrue(run.checkpoint(400, 0.5).stop)


if __name__ == "__main__":
    unittest.main()
