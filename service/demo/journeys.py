"""The catalogue of journeys: its frame, and those that end before or at the first dose.

A journey writes a whole course around an anchor that lies so many days before today; what would come after now is not
played. `rng` (seeded) spreads anchors and values, so that no two patients of a journey are alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from engine.calendar import add_months
from service.demo.steps import (
    arrives,
    authorisation,
    course,
    enrol_to_first_dose,
    monitoring,
    pregnancy_test,
    referral,
    screening,
)
from service.demo.story import COORDINATOR, NURSE, VISIT, Story, days

Write = Callable[[Story, date, Random], None]


@dataclass(frozen=True, slots=True)
class Journey:
    """One kind of course and whom it befalls."""

    name: str
    write: Write
    ages: tuple[int, int]
    sex: str
    """Empty: nine women to one man, as in the disease."""


JOURNEYS: dict[str, Journey] = {}
"""By name, in the order in which a cohort takes them."""


def journey(ages: tuple[int, int] = (22, 63), sex: str = "") -> Callable[[Write], Write]:
    """Register a journey under the name of its function."""

    def register(write: Write) -> Write:
        JOURNEYS[write.__name__] = Journey(write.__name__, write, ages, sex)
        return write

    return register


@journey()
def newly_referred(story: Story, today: date, rng: Random) -> None:
    """Referred this week; the diagnosis is known, nothing else is done."""
    story.facts(days(today, -rng.randint(1, 5)), "09:00", diagnosis_nad="nmosd", aqp4_igg="positive", edss="3.5")


@journey()
def screening_incomplete(story: Story, today: date, rng: Random) -> None:
    """In screening for two weeks: tuberculosis and immunoglobulins are still missing."""
    first = days(today, -rng.randint(12, 24))
    referral(story, first)
    screening(story, days(first, 6), tb_igra=None, igg=None, iga=None, igm=None)


@journey()
def ready_to_authorise(story: Story, today: date, rng: Random) -> None:
    """Everything is there; the neurologist has to decide."""
    first = days(today, -rng.randint(14, 20))
    referral(story, first)
    screening(story, days(first, 7))
    pregnancy_test(story, days(today, -1), "09:00")
    story.facts(days(today, -1), "09:00", acute_attack_status="none")


@journey()
def first_dose_this_week(story: Story, today: date, rng: Random) -> None:
    """Authorised; the first infusion is today or in the next days."""
    enrol_to_first_dose(story, days(today, rng.randint(0, 2)))


@journey()
def infusion_today(story: Story, today: date, rng: Random) -> None:
    """A maintenance dose is due today, the patient is on the ward."""
    t0 = add_months(today, -6 * rng.randint(1, 3))
    enrol_to_first_dose(story, t0)
    course(story, t0, today)


@journey()
def waits_for_day_15(story: Story, today: date, rng: Random) -> None:
    """Between the loading doses."""
    t0 = days(today, -rng.randint(3, 12))
    enrol_to_first_dose(story, t0)
    course(story, t0, today)


@journey()
def authorisation_lapsed(story: Story, today: date, rng: Random) -> None:
    """Authorised for a day that the patient missed; after 14 days the engine withdraws the authorisation."""
    start = days(today, -rng.randint(20, 30))
    referral(story, days(start, -30))
    screening(story, days(start, -20))
    authorisation(story, days(start, -3), start)


@journey()
def carrier_before_antiviral(story: Story, today: date, rng: Random) -> None:
    """HBsAg positive, HBV DNA not detected, no antiviral yet: the first dose is refused."""
    first = days(today, -rng.randint(18, 26))
    referral(story, first)
    screening(story, days(first, 6), hbsag="positive", anti_hbc="positive")
    story.facts(days(first, 9), "09:00", hbv_dna={"value": "0 IU/mL", "detection": "not_detected"})
    day = days(first, 12)
    pregnancy_test(story, day, "09:00")
    story.facts(day, "09:00", acute_attack_status="none")
    story.does(
        day, "10:00", "authorise_first_dose", parameters={"planned_start": f"{days(day, 4)} 09:30"}, refused=True
    )


@journey()
def active_hepatitis_b(story: Story, today: date, rng: Random) -> None:
    """HBsAg and HBV DNA positive: not eligible for now."""
    first = days(today, -rng.randint(30, 80))
    referral(story, first)
    screening(story, days(first, 6), hbsag="positive", anti_hbc="positive", alt={"value": "96 U/L", "uln": 40})
    story.facts(days(first, 10), "09:00", hbv_dna={"value": "4.6 log10 IU/mL", "detection": "detected"})
    story.does(
        days(first, 14),
        "10:00",
        "declare_not_eligible",
        parameters={"reason": "active hepatitis B, referred to hepatology"},
    )


@journey()
def latent_tuberculosis_untreated(story: Story, today: date, rng: Random) -> None:
    """T-SPOT positive, no symptoms, CT without active disease; preventive treatment has not begun."""
    first = days(today, -rng.randint(18, 28))
    referral(story, first)
    screening(story, days(first, 6), tb_igra={"value": "positive", "kind": "t_spot"})
    story.facts(
        days(first, 12), "09:00", chest_ct_tb="no_active_tb", tb_symptoms=False, crp="2 mg/L", tb_status="latent"
    )


@journey()
def low_immunoglobulin(story: Story, today: date, rng: Random) -> None:
    """IgG below 5 g/L before treatment: a warning and a consultation."""
    first = days(today, -rng.randint(12, 20))
    referral(story, first)
    screening(story, days(first, 7), igg=f"{rng.randint(40, 48) / 10} g/L")
    pregnancy_test(story, days(today, -2), "09:00")
    story.facts(days(today, -2), "09:00", acute_attack_status="none")


@journey()
def in_attack_on_pulse(story: Story, today: date, rng: Random) -> None:
    """Acute attack, methylprednisolone pulse still running: too early."""
    first = days(today, -rng.randint(4, 6))
    referral(story, first, acute_attack_status="acute")
    screening(story, days(first, 2))
    story.facts(
        days(today, -2),
        "10:00",
        methylprednisolone_pulse={"event": "started", "dose": "1000 mg/d"},
        acute_attack_status="acute",
    )
    story.does(
        days(today, -1),
        "10:00",
        "authorise_first_dose",
        parameters={"planned_start": f"{days(today, 2)} 09:30"},
        refused=True,
    )


@journey()
def rescue(story: Story, today: date, rng: Random) -> None:
    """Critical attack, pulse, exchange and immunoglobulin have failed: an authorised rescue, since then on course."""
    t0 = days(today, -rng.randint(30, 200))
    first = days(t0, -6)
    referral(story, first, acute_attack_status="critical", edss="8.0")
    screening(story, days(first, 1), disease_urgent=True)
    failed = [
        {"value": "inadequate", "treatment": one} for one in ("methylprednisolone_pulse", "plasma_exchange", "ivig")
    ]
    consent = {"event": "occurred", "topics": ["rescue"], "by": "patient"}
    story.facts(days(t0, -1), "09:00", acute_treatment_response=failed, informed_consent=consent)
    authorisation(story, days(t0, -1), t0, attack="critical")
    course(story, t0, today)


@journey()
def maintenance(story: Story, today: date, rng: Random) -> None:
    """The ordinary long course, somewhere between the first half year and the fourth year."""
    t0 = days(today, -rng.randint(230, 1300))
    enrol_to_first_dose(story, t0)
    course(story, t0, today)


@journey(sex="male")
def maintenance_in_a_man(story: Story, today: date, rng: Random) -> None:
    """The same in a man, for whom pregnancy rules do not count."""
    maintenance(story, today, rng)


@journey()
def first_cycle(story: Story, today: date, rng: Random) -> None:
    """Month 4 to 6 after the first dose: CD20 counts come in."""
    t0 = days(today, -rng.randint(118, 172))
    enrol_to_first_dose(story, t0)
    course(story, t0, today)


@journey(ages=(70, 77))
def elderly(story: Story, today: date, rng: Random) -> None:
    """Over 70: benefit and risk on record, immunoglobulins every three months."""
    t0 = days(today, -rng.randint(60, 400))
    consent = {"event": "occurred", "topics": ["elderly"], "by": "patient"}
    enrol_to_first_dose(story, t0, informed_consent=consent)
    course(story, t0, today)
    for number in range(5):
        if (day := days(add_months(t0, 3 + 6 * number), -4)) <= today:
            monitoring(story, day, yearly=False)


@journey(ages=(13, 16))
def paediatric(story: Story, today: date, rng: Random) -> None:
    """Under 18 after failure of satralizumab, with the guardian's consent; the dose follows the weight."""
    t0 = days(today, -rng.randint(20, 170))
    consent = {"event": "occurred", "topics": ["paediatric"], "by": "guardian"}
    given = {"event": "given", "dose": "120 mg", "planned_next": days(t0, -20), "effective": days(t0, -48)}
    switch = {
        "satralizumab": given,
        "switch_reason": "relapse_on_therapy",
        "satralizumab_failure": {"value": True, "reason": "relapse"},
    }
    enrol_to_first_dose(story, t0, informed_consent=consent, **switch)
    course(story, t0, today)


@journey()
def visit_in_progress(story: Story, today: date, rng: Random) -> None:
    """The first infusion began this morning, and nobody has said yet that it ended."""
    enrol_to_first_dose(story, today)
    arrives(story, today)
    story.does(today, rng.choice(("09:30", "09:35", "09:40")), "start_infusion", NURSE, pathway=VISIT)


@journey()
def overdue_results(story: Story, today: date, rng: Random) -> None:
    """On maintenance, but the half-yearly results were not sent: tasks are overdue and the next dose is blocked."""
    t0 = add_months(days(today, -rng.randint(1, 10)), -24)
    enrol_to_first_dose(story, t0)
    course(story, t0, days(today, -60))
    story.reads(days(today, -1), "16:00", COORDINATOR)
