"""An independent checker: it reads the audit of one patient, nothing else, and says what should not have happened.

It folds the changes that the entries carry into the state they describe, and looks at every acceptance with its reasons. It
imports nothing of the engine, so that it does not share the engine's mistakes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

BLOCKING = ("block", "block_hard", "ask_only", "role", "stage", "parameter", "signature", "second_person")


class Written(Protocol):
    """What is read of an entry."""

    @property
    def event(self) -> str: ...
    @property
    def occurred(self) -> Any: ...
    @property
    def content(self) -> Any: ...


class Account:
    """What the audit says of a patient, entry by entry."""

    def __init__(self) -> None:
        self.state: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self.findings: list[str] = []
        self.stages = self.overrides = self.fired = 0
        self._fired: set[str] = set()

    def read(self, entries: Iterable[Written]) -> Account:
        """Take in all entries, in their order."""
        for entry in entries:
            content = json.loads(entry.content) if isinstance(entry.content, str) else entry.content
            self._take(content)
            if entry.event == "action:accepted":
                self._accepted(content, entry.occurred)
            for happened in content.get("events", ()):
                self._happened(happened, content, entry.occurred)
        return self

    def _take(self, content: Mapping[str, Any]) -> None:
        for kind, records in content.get("changes", {}).items():
            self.state[kind].update(records)

    def _accepted(self, content: Mapping[str, Any], at: Any) -> None:
        """Nothing was accepted over what blocks or is unknown, unless the override stands in the same entry."""
        said = [one for one in content.get("events", ()) if isinstance(one, Mapping)]
        overridden = {one.get("requirement") for one in said if one["event"] == "override:recorded"}
        self.overrides += len(overridden)
        for reason in content.get("reasons", ()):
            if reason.get("level") in BLOCKING and reason.get("requirement") not in overridden:
                self.findings.append(
                    f"{at}: {content.get('action')} accepted over {reason['requirement']} ({reason['level']})"
                )

    def _happened(self, happened: Any, content: Mapping[str, Any], at: Any) -> None:
        name = happened if isinstance(happened, str) else happened["event"]
        if name == "stage:changed":
            self.stages += 1
        if name == "timer:fired":
            self._fired_once(content, at)

    def _fired_once(self, content: Mapping[str, Any], at: Any) -> None:
        for key, timer in content.get("changes", {}).get("timers", {}).items():
            if timer.get("state") != "fired":
                continue
            self.fired += 1
            if key in self._fired:
                self.findings.append(f"{at}: timer {key} fired twice")
            self._fired.add(key)
            if _moment(timer["due"]) > _moment(timer["fired"]):
                self.findings.append(f"{at}: timer {key} fired early")

    def ended(self, terminal: Mapping[str, set[str]]) -> Iterator[str]:
        """Open enrolments that nothing will happen to any more; `terminal` names the last stages of each pathway."""
        waiting = {one["enrolment"] for one in self.state["tasks"].values() if one["status"] == "open"}
        waiting |= {one["enrolment"] for one in self.state["timers"].values() if one["state"] == "pending"}
        for key, one in self.state["enrolments"].items():
            last = one["stage"] in terminal.get(one["pathway"], set())
            if one.get("closed") is None and not last and key not in waiting:
                yield f"{key}: {one['pathway']} is open in {one['stage']} without a next event"
            if one.get("closed") is not None and key in waiting:
                yield f"{key}: {one['pathway']} has ended and something is still due"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
