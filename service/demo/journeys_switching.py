"""Journeys of patients who come from another treatment: all switch routes, and the classes off the label."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from engine.calendar import add_months
from service.demo.journeys import journey
from service.demo.steps import (
    course,
    cycle,
    enrol_to_first_dose,
    loading,
    monitoring,
    pregnancy_test,
    referral,
    screening,
)
from service.demo.story import Story, days


def _consent(topic: str) -> dict[str, Any]:
    return {"event": "occurred", "topics": [topic], "by": "patient"}


@journey()
def seronegative(story: Story, today: date, rng: Random) -> None:
    """AQP4-IgG negative NMOSD after failure of the usual treatment, with consent."""
    t0 = days(today, -rng.randint(20, 700))
    failed = {"value": True, "drugs": ["mycophenolate", "azathioprine"]}
    enrol_to_first_dose(
        story, t0, aqp4_igg="negative", empirical_therapy_failed=failed, informed_consent=_consent("seronegative")
    )
    course(story, t0, today)


@journey()
def other_b_cell_disease(story: Story, today: date, rng: Random) -> None:
    """Generalised myasthenia or IgG4-related disease, off label, with consent."""
    t0 = days(today, -rng.randint(20, 500))
    disease = rng.choice(("mg_generalised", "igg4_rd"))
    failed = {"value": True, "drugs": ["azathioprine"]}
    enrol_to_first_dose(
        story,
        t0,
        diagnosis_nad=disease,
        aqp4_igg="negative",
        empirical_therapy_failed=failed,
        informed_consent=_consent("off_label"),
    )
    course(story, t0, today)


@journey()
def from_mycophenolate(story: Story, today: date, rng: Random) -> None:
    """Overlap of at least three months, then mycophenolate is stopped."""
    t0 = days(today, -rng.randint(95, 330))
    running = {"event": "started", "dose": "1000 mg/d", "effective": add_months(t0, -23)}
    enrol_to_first_dose(
        story, t0, mycophenolate=running, switch_reason="relapse_on_therapy", nmosd_severe_refractory=False
    )
    course(story, t0, today)
    stop = add_months(t0, 3)
    story.does(days(stop, -1), "09:00", "stop_immunosuppressant", parameters={"drug": "mycophenolate"}, refused=True)
    story.does(days(stop, 2), "09:00", "stop_immunosuppressant", parameters={"drug": "mycophenolate"})


@journey()
def from_azathioprine(story: Story, today: date, rng: Random) -> None:
    """Severe refractory disease: azathioprine runs beside it and its six months are nearly or just over."""
    t0 = days(today, -rng.randint(150, 215))
    running = {"event": "started", "dose": "100 mg/d", "effective": add_months(t0, -40)}
    refractory = {"value": True, "reason": "three relapses on azathioprine"}
    enrol_to_first_dose(
        story, t0, azathioprine=running, switch_reason="relapse_on_therapy", nmosd_severe_refractory=refractory
    )
    course(story, t0, today)


@journey()
def from_rituximab(story: Story, today: date, rng: Random) -> None:
    """The first dose is refused while CD19 is below 1 %, and allowed when it has come back."""
    t0 = days(today, -rng.randint(20, 500))
    given = {"event": "given", "dose": "1000 mg", "planned_next": days(t0, 21), "effective": add_months(t0, -5)}
    referral(story, days(t0, -35), rituximab=given, switch_reason="patient_choice")
    screening(story, days(t0, -25), cd19_b_cell_percent="0.4 %")
    pregnancy_test(story, days(t0, -8), "09:30")
    story.facts(days(t0, -8), "09:30", acute_attack_status="none")
    story.does(
        days(t0, -8),
        "10:00",
        "authorise_first_dose",
        parameters={"planned_start": f"{days(t0, -5)} 09:30"},
        refused=True,
    )
    pregnancy_test(story, days(t0, -3), "09:30")
    story.facts(days(t0, -3), "09:30", cd19_b_cell_percent="1.3 %", acute_attack_status="none")
    story.does(days(t0, -3), "10:00", "authorise_first_dose", parameters={"planned_start": f"{t0} 09:30"})
    course(story, t0, today)


@journey()
def from_ofatumumab(story: Story, today: date, rng: Random) -> None:
    """At the next planned dose."""
    t0 = days(today, -rng.randint(5, 300))
    given = {"event": "given", "dose": "20 mg", "planned_next": t0, "effective": days(t0, -36)}
    enrol_to_first_dose(story, t0, ofatumumab=given, switch_reason="adverse_reaction")
    course(story, t0, today)


@journey()
def from_satralizumab_for_relapse(story: Story, today: date, rng: Random) -> None:
    """Relapse on satralizumab: at once."""
    t0 = days(today, -rng.randint(5, 300))
    given = {"event": "given", "dose": "120 mg", "planned_next": days(t0, 20), "effective": days(t0, -37)}
    enrol_to_first_dose(story, t0, satralizumab=given, switch_reason="relapse_on_therapy")
    course(story, t0, today)


@journey()
def from_satralizumab_for_convenience(story: Story, today: date, rng: Random) -> None:
    """For convenience: not before four weeks after the last dose."""
    t0 = days(today, -rng.randint(5, 300))
    given = {"event": "given", "dose": "120 mg", "planned_next": t0, "effective": days(t0, -36)}
    enrol_to_first_dose(story, t0, satralizumab=given, switch_reason="convenience")
    course(story, t0, today)


@journey()
def from_eculizumab_for_relapse(story: Story, today: date, rng: Random) -> None:
    """Relapse on eculizumab: at once."""
    t0 = days(today, -rng.randint(5, 300))
    given = {"event": "given", "dose": "1200 mg", "planned_next": days(t0, 10), "effective": days(t0, -36)}
    enrol_to_first_dose(story, t0, eculizumab=given, switch_reason="relapse_on_therapy")
    course(story, t0, today)


@journey()
def from_eculizumab_too_early(story: Story, today: date, rng: Random) -> None:
    """For convenience, and the planned date lies ahead: the authorisation is refused for now."""
    first = days(today, -rng.randint(10, 12))
    given = {"event": "given", "dose": "1200 mg", "planned_next": days(today, 12), "effective": days(first, -1)}
    given |= {"effective": days(today, -2)}
    referral(story, first, switch_reason="convenience")
    screening(story, days(first, 5))
    story.facts(days(today, -2), "15:00", eculizumab=given)
    pregnancy_test(story, days(today, -1), "09:30")
    story.facts(days(today, -1), "09:30", acute_attack_status="none")
    story.does(
        days(today, -1),
        "10:00",
        "authorise_first_dose",
        parameters={"planned_start": f"{days(today, 3)} 09:30"},
        refused=True,
    )


@journey()
def on_oral_steroids(story: Story, today: date, rng: Random) -> None:
    """Prednisone goes on for six months; the request to stop it earlier is refused, later it is stopped."""
    t0 = days(today, -rng.randint(170, 380))
    running = {"event": "started", "dose": "10 mg/d", "effective": add_months(t0, -8)}
    enrol_to_first_dose(story, t0, prednisone=running)
    course(story, t0, today)
    stop = add_months(t0, 6)
    story.does(days(stop, -20), "09:00", "stop_oral_corticosteroid", parameters={"drug": "prednisone"}, refused=True)
    story.does(days(stop, 4), "09:00", "stop_oral_corticosteroid", parameters={"drug": "prednisone"})


@journey()
def steroids_stopped_by_override(story: Story, today: date, rng: Random) -> None:
    """Steroid psychosis: the neurologist overrides the six months, on record."""
    t0 = days(today, -rng.randint(140, 175))
    running = {"event": "started", "dose": "15 mg/d", "effective": add_months(t0, -3)}
    enrol_to_first_dose(story, t0, prednisone=running)
    course(story, t0, today)
    day = days(t0, 120)
    story.does(
        day, "09:10", "stop_oral_corticosteroid", parameters={"drug": "prednisone"}, override="steroid psychosis"
    )


@journey()
def late_dose(story: Story, today: date, rng: Random) -> None:
    """The dose of month 12 was given three weeks after its date: a deviation, the grid stays."""
    t0 = days(today, -rng.randint(400, 520))
    enrol_to_first_dose(story, t0)
    loading(story, t0)
    cycle(story, t0, 1)
    cycle(story, t0, 2, late=20)


@journey()
def dose_overdue(story: Story, today: date, rng: Random) -> None:
    """The patient did not come: the maintenance dose is past its window."""
    t0 = add_months(days(today, -rng.randint(17, 25)), -12)
    enrol_to_first_dose(story, t0)
    loading(story, t0)
    cycle(story, t0, 1)
    monitoring(story, days(add_months(t0, 12), -12))
