"""One page of A4 about a patient for the meeting of the board: where the patient stands, what was given, what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from service.pictures.lanes import Lane, Limit, Mark
from service.pictures.timeline import Timeline, drawn_small
from service.wiring import Careway
from service.worklist.patient import PatientPage

VALUES, DOSES, TASKS, BLOCKS = 14, 14, 14, 4
"""Most lines of each part, so that it stays one page; what is left out is counted."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest entry of a lane, with the one before."""

    title: str
    mark: Mark
    before: Mark | None
    number: int
    limits: tuple[Limit, ...]


def summary(careway: Careway, patient: str, language: str) -> dict[str, Any]:
    """Everything that the page shows. Raises NotFound."""
    shown = PatientPage(careway, patient, language).values()
    timeline = Timeline(careway, patient, language)
    lanes = timeline.lanes()
    tasks = [(state, task, section.shown.title) for section in shown["running"] for state, task in section.tasks]
    tasks.sort(key=lambda one: ({"overdue": 0, "due": 1, "blocked": 2}.get(one[0], 3), one[1].due or "9"))
    proposed = [
        (section.shown.title, found) for section in shown["running"] for found in section.next if found.proposed
    ]
    values, doses = _newest(lanes, "values"), _newest(lanes, "doses")
    return {
        **shown, "values": values[:VALUES], "more_values": max(0, len(values) - VALUES), "doses": doses[:DOSES],
        "more_doses": max(0, len(doses) - DOSES), "tasks": tasks[:TASKS], "more_tasks": max(0, len(tasks) - TASKS),
        "proposed": proposed, "blocks": BLOCKS, "deviations": len(timeline.current.deviations),
        "picture": drawn_small(timeline, lanes)[0],
    }  # fmt: skip


def _newest(lanes: list[Lane], group: str) -> list[Newest]:
    found = []
    for lane in lanes:
        if lane.group == group and lane.marks:
            before = lane.marks[-2] if len(lane.marks) > 1 else None
            found.append(Newest(lane.title, lane.marks[-1], before, len(lane.marks), lane.limits))
    return found
