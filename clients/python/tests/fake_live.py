"""
A small process that speaks the contract of `stopwise live`, for tests of what can go wrong around it.

    python fake_live.py [--stop-at STEP] [--fault KIND] [--at N] [--journal FILE]

It says stop from STEP on. Faults, at the N-th message: die, hang, garbage, wrong-type, noise (floods stderr),
refuse-start, refuse-state, exit-at-once. A fault of `die` with a journal happens once only: the next process lives.
"""

import argparse
import json
import os
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--stop-at", type=float, default=float("inf"))
parser.add_argument("--fault", default="")
parser.add_argument("--at", type=int, default=0)
parser.add_argument("--journal")
options = parser.parse_args()
written = 0
steps = []


def note(entry):
    if options.journal:
        with open(options.journal, "a") as file:
            file.write(json.dumps(entry) + "\n")


def say(reply):
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()


def failed_before():
    return bool(options.journal) and os.path.exists(options.journal + ".failed")


def fail(number):
    if options.fault == "" or number != options.at or failed_before():
        return
    if options.journal and options.fault.endswith("-once"):
        open(options.journal + ".failed", "w").close()
    kind = options.fault.replace("-once", "")
    if kind == "die":
        sys.stderr.write("out of memory\n")
        sys.stderr.flush()
        os._exit(9)
    if kind == "hang":
        time.sleep(600)
    if kind == "garbage":
        sys.stdout.write("{not json\n")
        sys.stdout.flush()
    if kind == "wrong-type":
        say({"type": "decision", "action": "explode", "reason": 7})
    if kind == "noise":
        sys.stderr.write("x" * 4_000_000 + "\n")
        sys.stderr.flush()


def advise(message):
    global steps
    if options.fault == "refuse-start":
        return {
            "type": "error",
            "code": "INVALID_INPUT",
            "message": "metric foo is not known.",
            "hint": "Use em.",
        }
    if options.fault == "refuse-state" and message["state"] is not None:
        return {
            "type": "error",
            "code": "STATE",
            "message": "the state is of model a, not b.",
            "hint": "Start anew.",
        }
    if options.fault == "refuse-schedule" and "schedule" in message["task"]:
        return {
            "type": "error",
            "code": "INVALID_INPUT",
            "message": 'schedule "new" is not known.',
            "hint": "Known: linear.",
        }
    steps = list((message["state"] or {}).get("steps", []))
    advice = {
        "status": "certified",
        "sentence": "Stop after two.",
        "certificate": {"statement": "P(loss) <= 0.1"},
    }
    return {
        "type": "advice",
        "run": message["run"],
        "mode": "stop",
        "using": "learned",
        "advice": advice,
        "sentence": "Stop after two.",
        "policy": {},
        "feedback": None,
        "checkpoints": len(steps),
    }


def decide(message):
    steps.append(message["step"])
    stop = message["step"] >= options.stop_at
    return {
        "type": "decision",
        "action": "stop" if stop else "continue",
        "reason": f"seen {len(steps)}",
        "criterion": "staleness",
        "value": 1,
        "threshold": 2,
        "step": message["step"],
        "tokens": None,
        "wouldStopAt": None,
        "savedIfStopped": None,
        "state": {"steps": steps},
        **({"warning": f"tokens is missing at step {message['step']}."} if options.fault == "odd" else {}),
    }


def answer(message):
    if message["type"] == "start":
        return advise(message)
    if message["type"] == "checkpoint":
        return decide(message)
    saved = {"share": 0.25, "tokens": 1000}
    return {
        "type": "recorded",
        "run": "r",
        "store": ".stopwise",
        "saved": saved,
        "wouldStopAt": None,
        "summary": "25 % of the plan was saved.",
    }


if options.fault == "exit-at-once":
    sys.exit(4)
for number, line in enumerate(sys.stdin):
    fail(number)
    received = json.loads(line)
    note(received)
    say(answer(received))
