"""A reader for the calculations: facts, settings and tasks by hand, no engine behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.functions import NotKnown
from engine.model import Act, ExposureEvent, Fact, FactStatus, Task

ZONE = "Asia/Shanghai"
CLASSES = {
    "systemic_corticosteroid": {"prednisone", "methylprednisolone", "methylprednisolone_pulse", "dexamethasone", "hydrocortisone"},
    "corticosteroid_pulse": {"methylprednisolone_pulse"},
    "immunosuppressant": {"azathioprine", "mycophenolate", "tofacitinib", "rituximab", "inebilizumab"},
    "b_cell_depleting": {"rituximab", "inebilizumab"},
    "immunoglobulin": {"ivig", "scig"},
    "anti_cytokine_therapy": {"tocilizumab", "anakinra"},
    "antipyretic": {"paracetamol"},
}  # fmt: skip
EQUIVALENTS = {
    "prednisone": "5",
    "methylprednisolone": "4",
    "methylprednisolone_pulse": "4",
    "dexamethasone": "0.75",
    "hydrocortisone": "20",
}


def fact(
    code: str, day: str, value: Any = None, *, event: str = "", at: str = "", comparator: str = "", **attributes: Any
) -> Fact:
    """An entry effective on a day, or at a local time of it. Numbers are written as text and become exact decimals."""
    when = date.fromisoformat(day)
    moment = datetime.combine(when, time.fromisoformat(at or "00:00"), ZoneInfo(ZONE)).astimezone(UTC)
    known = {key: Decimal(one) if key in ("dose", "lower_limit", "lln") else one for key, one in attributes.items()}
    number = Decimal(value) if isinstance(value, str) and value.replace(".", "", 1).isdigit() else value
    return Fact(
        f"{code}-{day}-{at}-{event}",
        code,
        moment,
        when,
        bool(at),
        moment,
        0,
        number,
        ExposureEvent(event) if event else None,
        known,
        comparator,
    )


class FakeReader:
    """What a calculation may read, from lists given by the test."""

    def __init__(
        self, *facts: Fact, today: str = "2026-06-15", settings: Mapping[str, Any] | None = None, tasks: Sequence[Task] = (),
        values: Mapping[str, Any] | None = None, unusable: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.facts = sorted(facts, key=lambda one: one.effective)
        self.today = date.fromisoformat(today)
        self.settings, self.values, self.unusable = settings or {}, values or {}, unusable or {}
        self._tasks = tasks

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today + timedelta(days=1), time(), ZoneInfo(ZONE)).astimezone(UTC) - timedelta(
            microseconds=1
        )

    @property
    def zone(self) -> str:
        return ZONE

    def value(self, code: str) -> Any:
        return self.values[code] if code in self.values else self.entry(code).value

    def entry(self, code: str) -> Fact:
        if code in self.unusable:
            raise NotKnown(self.unusable[code], code)
        found = self.entries(code)
        if not found:
            raise NotKnown("never_recorded", code)
        return found[-1]

    def entries(self, code: str, verb: str = "") -> list[Fact]:
        codes = CLASSES.get(code, {code})
        seen = [one for one in self.facts if one.code in codes and one.effective <= self.now]
        final = [one for one in seen if one.status is not FactStatus.ENTERED_IN_ERROR]
        return [one for one in final if not verb or one.event == verb]

    def setting(self, name: str) -> Any:
        if name not in self.settings:
            raise NotKnown("not_comparable", f"setting {name}")
        return self.settings[name]

    def attribute(self, fact: Fact, key: str, default: Any = None) -> Any:
        if key == "mg_equal_to_5_mg_prednisone" and fact.code in EQUIVALENTS:
            return Decimal(EQUIVALENTS[fact.code])
        return fact.attributes.get(key, default)

    def member_of(self, fact: Fact, name: str) -> bool:
        return fact.code in CLASSES[name]

    def tasks(self, code: str) -> Sequence[Task]:
        return [task for task in self._tasks if task.code == code]

    def acts(self, action: str) -> Sequence[Act]:
        return []

    def changes_at(self, moment: datetime) -> None:
        """Nothing hangs on the next turning point here."""
