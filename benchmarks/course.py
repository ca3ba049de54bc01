"""The course of one fictitious patient on inebilizumab, as a case file: the workload that stays the same between revisions.

Referral, screening, both loading doses, a maintenance visit every half year with premedication and observation,
half-yearly monitoring, and every third year an infection that suspends treatment for four days.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from engine.calendar import add_months

FIRST_DOSE = date(2026, 3, 2)
HEAD = """\
id: {id}
title: A course of {years} years
pathway: inebilizumab
timezone: Asia/Shanghai
patient: {{birth_date: 1991-08-12, sex: female}}
steps:
"""
VISIT, NURSE, NEUROLOGIST, COORDINATOR = "infusion_visit", "infusion_nurse", "neurologist", "care_coordinator"
DIAGNOSIS: dict[str, Any] = {
    "diagnosis_nad": "nmosd", "aqp4_igg": "positive", "edss": "3.0", "nmosd_severe_refractory": False, "comorbid_autoimmune": "none",
}  # fmt: skip
LEVELS: dict[str, Any] = {
    "igg": "9.8 g/L", "iga": "2.1 g/L", "igm": "1.0 g/L", "alt": {"value": "20 U/L", "uln": 40}, "ast": {"value": "22 U/L", "uln": 40},
    "total_bilirubin": "11 umol/L", "creatinine": "60 umol/L", "egfr": "100 mL/min", "infection_risk_comorbidity": False,
    "immunosuppressed_clearly": False,
}  # fmt: skip
SEROLOGY: dict[str, Any] = {
    "hbsag": "negative", "anti_hbc": "negative", "anti_hcv": "negative", "tb_igra": {"value": "negative", "kind": "t_spot"}, "tb_symptoms": False,
}  # fmt: skip
ONCE: dict[str, Any] = {
    "hepatic_impairment": "none", "renal_impairment": "none", "cd4_t_cell_count": "600 /uL", "aids": False, "diabetes": False,
    "infection_high_risk": False, "disease_urgent": False,
}  # fmt: skip
FRESH: dict[str, Any] = {
    "childbearing_potential": True, "pregnancy_status": "not_pregnant", "contraception": True, "lactation": "not_lactating",
}  # fmt: skip
READY: dict[str, Any] = {
    "active_infection": "none", "pregnancy_status": "not_pregnant", "physician_present": True, "resuscitation_equipment": True,
    "solution_at_room_temperature": True,
}  # fmt: skip
PREMEDICATION: dict[str, Any] = {
    "premed_steroid": {"event": "given", "drug": "methylprednisolone", "dose": "100 mg", "route": "iv"},
    "premed_antihistamine": {"event": "given", "drug": "diphenhydramine", "dose": "50 mg", "route": "oral"},
    "premed_antipyretic": {"event": "given", "drug": "paracetamol", "dose": "650 mg", "route": "oral"},
}  # fmt: skip


@dataclass
class Course:
    """Steps by moment (`YYYY-MM-DD HH:MM`, at the site)."""

    steps: list[tuple[str, str]] = field(default_factory=list)

    def facts(self, day: date, clock: str, **facts: Any) -> None:
        """Facts arrive."""
        self.steps.append((f"{day} {clock}", f"    facts: {_flow(facts)}\n"))

    def does(
        self, day: date, clock: str, action: str, by: str = NEUROLOGIST, pathway: str = "inebilizumab", **asked: Any
    ) -> None:
        """Somebody acts."""
        text = f"    do: {action}\n    by: {by}\n    pathway: {pathway}\n    with: {_flow(asked)}\n"
        self.steps.append((f"{day} {clock}", text))

    def text(self, name: str, years: int) -> str:
        """The case file."""
        steps = (f"  - at: {at}\n{what}" for at, what in sorted(self.steps, key=lambda step: step[0]))
        return HEAD.format(id=name, years=years) + "".join(steps)


def _flow(value: Any) -> str:
    """JSON is YAML."""
    return json.dumps(value, default=str)


def course(years: int) -> Course:
    """So many years of treatment."""
    one = Course()
    _begin(one)
    for number in range(1, 2 * years + 1):
        _half_year(one, number)
    return one


def _begin(one: Course) -> None:
    """Referral five weeks before the first dose, screening, authorisation, both loading doses."""
    referred, screened, authorised = (_days(FIRST_DOSE, number) for number in (-35, -25, -3))
    one.facts(referred, "09:00", **DIAGNOSIS)
    one.does(referred, "09:10", "open_eligibility", COORDINATOR)
    one.does(referred, "10:20", "confirm_indication")
    vaccinated = {"value": "complete", "last_programme_dose": add_months(screened, -7)}
    one.facts(screened, "09:30", **SEROLOGY, **LEVELS, **ONCE, vaccination_record=vaccinated)
    one.facts(authorised, "09:30", **FRESH, acute_attack_status="none")
    one.does(authorised, "10:00", "authorise_first_dose", planned_start=f"{FIRST_DOSE} 09:30")
    _visit(one, FIRST_DOSE)
    _visit(one, _days(FIRST_DOSE, 14))


def _half_year(one: Course, number: int) -> None:
    """What the laboratory reports, and maintenance dose `number`."""
    due = add_months(FIRST_DOSE, 6 * number)
    one.facts(add_months(due, -5), "10:00", crp="2 mg/L")
    one.facts(add_months(due, -3), "10:00", igg="9.4 g/L", edss="2.5")
    for months in (-2, -1, 0) if number == 1 else (-1,):
        one.facts(add_months(due, months), "07:30", cd20_b_cell_count="1 /uL")
    one.facts(_days(due, -12), "09:00", **LEVELS, **SEROLOGY, edss="2.5")
    one.facts(_days(due, -3), "09:00", **FRESH)
    _visit(one, _after_infection(one, due) if number % 6 == 0 else due)


def _after_infection(one: Course, due: date) -> date:
    """An infection is found on the morning of a visit; the dose follows five days later."""
    one.facts(due, "08:00", active_infection={"value": "active_uncontrolled", "site": "urinary"})
    one.facts(_days(due, 4), "10:00", infection_resolved={"event": "occurred", "site": "urinary"})
    one.does(_days(due, 4), "10:10", "release_infection_hold", pathway="active_infection")
    one.does(_days(due, 4), "10:20", "resume_treatment")
    return _days(due, 5)


def _visit(one: Course, day: date) -> None:
    """A whole infusion visit without trouble."""
    one.facts(day, "08:00", **READY)
    one.facts(day, "08:45", **PREMEDICATION)
    one.does(day, "09:30", "start_infusion", NURSE, VISIT)
    one.does(day, "11:00", "end_infusion", NURSE, VISIT, dose="300 mg")
    one.does(day, "12:05", "discharge", NURSE, VISIT)


def _days(day: date, number: int) -> date:
    return day + timedelta(days=number)
