"""The steps that every course is made of: referral, screening, authorisation, infusion, monitoring. Values are fictitious."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.calendar import add_months
from service.demo.story import COORDINATOR, NURSE, VISIT, Story, days, moment

SCREEN: dict[str, Any] = {
    "hbsag": "negative", "anti_hbc": "negative", "anti_hcv": "negative", "tb_igra": {"value": "negative", "kind": "t_spot"}, "tb_symptoms": False,
    "igg": "9.8 g/L", "iga": "2.1 g/L", "igm": "1.0 g/L", "alt": {"value": "20 U/L", "uln": 40}, "ast": {"value": "22 U/L", "uln": 40},
    "total_bilirubin": "11 umol/L", "creatinine": "60 umol/L", "egfr": "100 mL/min", "hepatic_impairment": "none", "renal_impairment": "none",
    "cd4_t_cell_count": "600 /uL", "aids": False, "diabetes": False, "infection_high_risk": False, "infection_risk_comorbidity": False,
    "immunosuppressed_clearly": False, "disease_urgent": False,
}  # fmt: skip
DIAGNOSIS: dict[str, Any] = {
    "diagnosis_nad": "nmosd", "aqp4_igg": "positive", "edss": "3.0", "nmosd_severe_refractory": False, "comorbid_autoimmune": "none",
}  # fmt: skip
PREMEDICATION: dict[str, Any] = {
    "premed_steroid": {"event": "given", "drug": "methylprednisolone", "dose": "100 mg", "route": "iv"},
    "premed_antihistamine": {"event": "given", "drug": "diphenhydramine", "dose": "50 mg", "route": "oral"},
    "premed_antipyretic": {"event": "given", "drug": "paracetamol", "dose": "650 mg", "route": "oral"},
}  # fmt: skip
YEARLY = ("hbsag", "anti_hbc", "anti_hcv", "tb_igra", "tb_symptoms")
LEVELS = (
    "igg",
    "iga",
    "igm",
    "alt",
    "ast",
    "total_bilirubin",
    "creatinine",
    "egfr",
    "infection_risk_comorbidity",
    "immunosuppressed_clearly",
)


def referral(story: Story, day: date, **changes: Any) -> None:
    """Referred, and the indication confirmed on the same day."""
    story.facts(day, "09:00", **{**DIAGNOSIS, **changes})
    story.does(day, "09:10", "open_eligibility", COORDINATOR)
    story.does(day, "10:20", "confirm_indication")


def screening(story: Story, day: date, **changes: Any) -> None:
    """All parts of the screening; `changes` replace or (None) leave out."""
    record = {"value": "complete", "last_programme_dose": add_months(day, -7)}
    story.facts(day, "09:30", **{**SCREEN, "vaccination_record": record, **changes})
    story.reads(day, "16:00", COORDINATOR)


def pregnancy_test(story: Story, day: date, clock: str, **changes: Any) -> None:
    """What has to be fresh in a woman who could become pregnant."""
    if story.female:
        facts = {
            "childbearing_potential": story.childbearing(day),
            "pregnancy_status": "not_pregnant",
            "contraception": True,
            "lactation": "not_lactating",
        }
        story.facts(day, clock, **{**facts, **changes})


def authorisation(story: Story, day: date, start: date, clock: str = "09:30", **more: Any) -> None:
    """The neurologist authorises the first dose for a day."""
    pregnancy_test(story, day, "09:30")
    story.facts(day, "09:30", acute_attack_status=more.pop("attack", "none"), weight=_weight(story, day))
    story.does(day, "10:00", "authorise_first_dose", parameters={"planned_start": f"{start} {clock}"}, **more)


def _weight(story: Story, day: date) -> str | None:
    return f"{30 + 2 * (story.age(day) - 10)} kg" if story.age(day) < 18 else None


def arrives(story: Story, day: date, **changes: Any) -> None:
    """The morning of a visit: the check for infection, the site, the premedication 45 minutes before 09:30."""
    site = {"physician_present": True, "resuscitation_equipment": True, "solution_at_room_temperature": True}
    pregnant = {"pregnancy_status": "not_pregnant"} if story.female else {}
    story.facts(
        day, "08:00", **{"active_infection": "none", **site, **pregnant, "weight": _weight(story, day), **changes}
    )
    story.facts(day, "08:45", **PREMEDICATION)


def infusion(story: Story, day: date, dose: str = "300 mg") -> None:
    """A whole visit without trouble."""
    arrives(story, day)
    story.does(day, "09:30", "start_infusion", NURSE, pathway=VISIT)
    story.does(day, "11:00", "end_infusion", NURSE, pathway=VISIT, parameters={"dose": _dose(story, day, dose)})
    story.does(day, "12:05", "discharge", NURSE, pathway=VISIT)
    story.reads(day, "16:00", COORDINATOR, NURSE)


def _dose(story: Story, day: date, dose: str) -> str:
    weight = _weight(story, day)
    kilograms = int(weight.split()[0]) if weight else 100
    return f"{8 * kilograms} mg" if kilograms < 38 else dose


def reaction(story: Story, day: date, severity: str, symptoms: str, clock: str = "10:00") -> None:
    """An infusion reaction during a visit that has begun at 09:30."""
    arrives(story, day)
    story.does(day, "09:30", "start_infusion", NURSE, pathway=VISIT)
    story.facts(
        day,
        clock,
        infusion_reaction={"event": "occurred", "severity": severity, "symptoms": symptoms, "drug": "inebilizumab"},
    )


def monitoring(story: Story, day: date, *, yearly: bool = True, cd20: int | None = None, **changes: Any) -> None:
    """The results of a monitoring day."""
    wanted = LEVELS + (YEARLY if yearly else ())
    story.facts(day, "09:00", **{**{key: SCREEN[key] for key in wanted}, "edss": "2.5", **changes})
    if cd20 is not None:
        story.facts(day, "09:20", cd20_b_cell_count=f"{cd20} /uL")
    story.reads(day, "16:00", COORDINATOR)


def loading(story: Story, t0: date) -> None:
    """Both loading doses."""
    infusion(story, t0)
    infusion(story, days(t0, 14))


def cycle(
    story: Story,
    t0: date,
    number: int,
    cd20: tuple[int | None, int | None, int | None] = (1, 1, 2),
    late: int = 0,
    **changes: Any,
) -> None:
    """Half a year up to maintenance dose `number` (1 is that of month 6), given `late` days after its date."""
    due = days(add_months(t0, 6 * number), late)
    if number == 1:
        for months, count in zip((4, 5), cd20, strict=False):
            if count is not None:
                story.facts(add_months(t0, months), "09:00", cd20_b_cell_count=f"{count} /uL")
        story.facts(add_months(t0, 6), "07:30", cd20_b_cell_count=None if cd20[2] is None else f"{cd20[2]} /uL")
    monitoring(story, days(due, -12 - late), **changes)
    pregnancy_test(story, days(due, -3), "09:00")
    infusion(story, due)


def course(story: Story, t0: date, until: date, **changes: Any) -> None:
    """Loading and every half year until a day."""
    loading(story, t0)
    number = 1
    while add_months(t0, 6 * number) <= until:
        cycle(story, t0, number, **changes)
        number += 1
    if add_months(t0, 6 * number) > until:
        _last_results(story, t0, number, until, **changes)


def _last_results(story: Story, t0: date, number: int, until: date, **changes: Any) -> None:
    """What has come in since the last dose."""
    changes.pop("late", 0)
    cd20 = changes.pop("cd20", (1, 1, 2))
    if number == 1:
        for months, count in zip((4, 5), cd20, strict=False):
            if count is not None and add_months(t0, months) <= until:
                story.facts(add_months(t0, months), "09:00", cd20_b_cell_count=f"{count} /uL")
    if days(add_months(t0, 6 * number), -12) <= until:
        monitoring(story, days(add_months(t0, 6 * number), -12), **changes)


def enrol_to_first_dose(story: Story, t0: date, **changes: Any) -> None:
    """A referral five weeks before the first dose, screening, authorisation three days before it."""
    diagnosis = {key: changes.pop(key) for key in list(changes) if key not in SCREEN and key != "vaccination_record"}
    referral(story, days(t0, -35), **diagnosis)
    screening(story, days(t0, -25), **changes)
    authorisation(story, days(t0, -3), t0)


__all__ = [
    "arrives", "authorisation", "course", "cycle", "enrol_to_first_dose", "infusion", "loading", "moment", "monitoring", "pregnancy_test",
    "reaction", "referral", "screening",
]  # fmt: skip
