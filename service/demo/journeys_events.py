"""Journeys on which something happens: infections, viruses, reactions, relapses, pregnancy, the end of treatment."""

from __future__ import annotations

from datetime import date
from random import Random

from engine.calendar import add_months
from service.demo.journeys import journey
from service.demo.steps import (
    authorisation,
    course,
    cycle,
    enrol_to_first_dose,
    infusion,
    loading,
    monitoring,
    reaction,
    referral,
    screening,
)
from service.demo.story import COORDINATOR, NEUROLOGIST, NURSE, VISIT, Story, days, moment

NOT_DETECTED = {"value": "0 IU/mL", "detection": "not_detected"}
ENTECAVIR = {"event": "started", "dose": "0.5 mg/d"}
RELAPSE = {"event": "occurred", "severity": "moderate", "regimen_at_onset": "inebilizumab"}
PLAN = {"event": "occurred", "wish_strong": True, "consent": True}


def _carrier(story: Story, t0: date, today: date, *, until: date) -> None:
    """An HBV carrier on entecavir, with virus and liver checked every ten weeks until a day."""
    enrol_to_first_dose(story, t0, hbsag="positive", anti_hbc="positive")
    story.facts(days(t0, -22), "09:00", hbv_dna=NOT_DETECTED)
    story.facts(days(t0, -20), "11:00", entecavir=ENTECAVIR)
    course(story, t0, today, hbsag="positive", anti_hbc="positive", hbv_dna=NOT_DETECTED)
    day = days(t0, 65)
    while day <= until:
        story.facts(day, "09:00", hbsag="positive", hbv_dna=NOT_DETECTED, alt={"value": "22 U/L", "uln": 40})
        day = days(day, 70)


@journey()
def carrier_on_prophylaxis(story: Story, today: date, rng: Random) -> None:
    """HBV carrier, entecavir, all checks on time."""
    _carrier(story, days(today, -rng.randint(60, 600)), today, until=today)


@journey()
def carrier_check_overdue(story: Story, today: date, rng: Random) -> None:
    """HBV carrier whose three-monthly check was missed: the next dose is blocked."""
    t0 = days(today, -rng.randint(140, 165))
    _carrier(story, t0, days(t0, 100), until=days(t0, 30))


@journey()
def carrier_reactivation(story: Story, today: date, rng: Random) -> None:
    """HBV DNA and ALT have risen under treatment: suspended, hepatology asked."""
    t0 = days(today, -rng.randint(75, 160))
    found = days(today, -rng.randint(1, 6))
    _carrier(story, t0, days(found, -1), until=days(found, -1))
    story.facts(
        found,
        "09:00",
        hbsag="positive",
        hbv_dna={"value": "3.1 log10 IU/mL", "detection": "detected"},
        alt={"value": "64 U/L", "uln": 40},
    )


@journey()
def latent_tuberculosis_on_treatment(story: Story, today: date, rng: Random) -> None:
    """Latent tuberculosis, isoniazid since a month before the first dose, rechecked every half year."""
    t0 = days(today, -rng.randint(20, 400))
    isoniazid = {"event": "started", "drug": "isoniazid", "dose": "300 mg/d"}
    first = days(t0, -50)
    referral(story, first)
    story.facts(days(first, 2), "09:30", tb_igra={"value": "positive", "kind": "t_spot"}, tb_symptoms=False)
    story.facts(days(first, 6), "09:30", chest_ct_tb="no_active_tb", crp="2 mg/L", tb_status="latent_untreated")
    story.facts(days(first, 8), "10:00", tb_preventive_treatment=isoniazid)
    screening(story, days(t0, -25), tb_igra=None)
    authorisation(story, days(t0, -3), t0)
    course(story, t0, today, tb_igra=None, chest_ct_tb="no_active_tb", tb_symptoms=False)


@journey()
def infection_now(story: Story, today: date, rng: Random) -> None:
    """A urinary infection was found at the check before the dose: suspended."""
    t0 = add_months(days(today, -rng.randint(0, 3)), -6)
    enrol_to_first_dose(story, t0)
    course(story, t0, days(today, -6))
    story.facts(add_months(t0, 6), "08:00", active_infection={"value": "active_uncontrolled", "site": "urinary"})


@journey()
def infection_resolved(story: Story, today: date, rng: Random) -> None:
    """An infection before day 15 delayed the second dose by five days; since then on course."""
    t0 = days(today, -rng.randint(30, 420))
    enrol_to_first_dose(story, t0)
    infusion(story, t0)
    second = days(t0, 14)
    story.facts(second, "08:00", active_infection={"value": "active_uncontrolled", "site": "urinary"})
    story.reads(second, "09:00", NEUROLOGIST, COORDINATOR, NURSE)
    story.facts(days(second, 4), "10:00", infection_resolved={"event": "occurred", "site": "urinary"})
    story.does(days(second, 4), "10:10", "release_infection_hold", pathway="active_infection")
    story.does(days(second, 4), "10:20", "resume_treatment")
    infusion(story, days(second, 5))
    _cycles(story, t0, today)


def _cycles(story: Story, t0: date, today: date, first: int = 1) -> None:
    for number in range(first, 12):
        if add_months(t0, 6 * number) <= days(today, 12):
            cycle(story, t0, number)


@journey()
def urticaria(story: Story, today: date, rng: Random) -> None:
    """A non-severe reaction at the first dose: slowed down, antihistamine, completed."""
    t0 = days(today, -rng.randint(1, 300))
    enrol_to_first_dose(story, t0)
    reaction(story, t0, "non_severe", "urticaria")
    story.does(
        t0,
        "10:02",
        "pause_infusion",
        NURSE,
        pathway=VISIT,
        parameters={"rate": "reduced", "treatment": "oral antihistamine"},
    )
    story.does(t0, "10:40", "resume_infusion", NURSE, pathway=VISIT)
    story.does(t0, "12:10", "end_infusion", NURSE, pathway=VISIT, parameters={"dose": "300 mg"})
    story.does(t0, "13:15", "discharge", NURSE, pathway=VISIT)
    infusion(story, days(t0, 14))
    _cycles(story, t0, today)


@journey()
def severe_reaction(story: Story, today: date, rng: Random) -> None:
    """A severe reaction ended the second dose; the neurologist has to decide on the next one."""
    t0 = days(today, -rng.randint(16, 20))
    enrol_to_first_dose(story, t0)
    infusion(story, t0)
    reaction(story, days(t0, 14), "severe", "hypotension, dyspnoea")


@journey()
def life_threatening_reaction(story: Story, today: date, rng: Random) -> None:
    """Anaphylaxis at the first dose: stopped for ever; the tails run."""
    t0 = days(today, -rng.randint(10, 260))
    enrol_to_first_dose(story, t0)
    reaction(story, t0, "life_threatening", "anaphylaxis", "09:50")
    partial = {
        "event": "given",
        "dose": "40 mg",
        "start": f"{t0} 09:30",
        "end": f"{t0} 09:50",
        "complete": False,
        "volume_given": True,
    }
    story.facts(t0, "10:30", inebilizumab=partial)
    story.does(days(t0, 10), "09:00", "restart_treatment", refused=True)


@journey()
def pml_suspected(story: Story, today: date, rng: Random) -> None:
    """New signs and a suspicious image: suspended until the virus is excluded in the liquor."""
    t0 = days(today, -rng.randint(200, 500))
    day = days(today, -rng.randint(1, 4))
    enrol_to_first_dose(story, t0)
    course(story, t0, days(day, -1))
    story.facts(day, "09:00", pml_suspicion_clinical=True, pml_suspicion_imaging=True)


@journey()
def relapse_today(story: Story, today: date, rng: Random) -> None:
    """A relapse was confirmed yesterday: CD20 is due at once."""
    t0 = days(today, -rng.randint(240, 330))
    day = days(today, -1)
    enrol_to_first_dose(story, t0)
    course(story, t0, days(day, -1))
    story.facts(
        day, "09:00", relapse={**RELAPSE, "onset": day, "confirmed": day}, acute_attack_status="acute", edss="4.0"
    )


@journey()
def relapse_deeply_depleted(story: Story, today: date, rng: Random) -> None:
    """A relapse with CD20 at 1 per microlitre: changed to another mechanism."""
    t0 = days(today, -rng.randint(260, 330))
    day = days(t0, rng.randint(215, 235))
    enrol_to_first_dose(story, t0)
    course(story, t0, days(day, -1))
    story.facts(
        day, "09:00", relapse={**RELAPSE, "onset": day, "confirmed": day}, acute_attack_status="acute", edss="4.0"
    )
    story.facts(day, "15:00", cd20_b_cell_count="1 /uL")
    story.reads(day, "16:00", NEUROLOGIST)
    story.does(days(day, 6), "10:00", "change_mechanism", parameters={"referral": "complement inhibitor"})


@journey()
def relapse_not_depleted(story: Story, today: date, rng: Random) -> None:
    """A relapse with CD20 at 9 per microlitre: continued, with monitoring of every cycle."""
    t0 = days(today, -rng.randint(250, 420))
    day = days(t0, rng.randint(205, 230))
    enrol_to_first_dose(story, t0)
    course(story, t0, days(day, -1))
    story.facts(day, "09:00", relapse={**RELAPSE, "onset": day, "confirmed": day}, acute_attack_status="acute")
    story.facts(day, "15:00", cd20_b_cell_count="9 /uL")
    story.does(days(day, 2), "10:00", "continue_after_relapse")
    story.facts(days(day, 20), "09:00", acute_attack_status="none")
    _cycles(story, t0, today, first=2)


@journey()
def cd20_returned_early(story: Story, today: date, rng: Random) -> None:
    """B cells came back in month 5: later cycles are monitored."""
    t0 = days(today, -rng.randint(180, 360))
    enrol_to_first_dose(story, t0)
    loading(story, t0)
    cycle(story, t0, 1, cd20=(2, 11, 14))
    for months in (9, 12):
        story.facts(add_months(t0, months), "09:00", cd20_b_cell_count=f"{rng.randint(3, 12)} /uL")


@journey()
def cd20_overdue(story: Story, today: date, rng: Random) -> None:
    """Month 4 has passed without a CD20 count."""
    t0 = days(today, -rng.randint(132, 145))
    enrol_to_first_dose(story, t0)
    loading(story, t0)


@journey(ages=(24, 36), sex="female")
def pregnancy_plan(story: Story, today: date, rng: Random) -> None:
    """Three months after the last dose the plan begins; the request a week earlier was refused."""
    t0 = days(today, -rng.randint(290, 340))
    plan = days(add_months(add_months(t0, 6), 3), 2)
    enrol_to_first_dose(story, t0)
    course(story, t0, days(plan, -40))
    consent = {"event": "occurred", "topics": ["pregnancy_plan"], "by": "patient"}
    story.facts(days(plan, -7), "09:00", pregnancy_plan=PLAN, informed_consent=consent, pregnancy_status="not_pregnant")
    story.does(days(plan, -7), "10:00", "start_pregnancy_plan", refused=True)
    story.facts(plan, "09:00", pregnancy_status="planning")
    story.does(plan, "10:00", "start_pregnancy_plan")


@journey(ages=(24, 36), sex="female")
def pregnant(story: Story, today: date, rng: Random) -> None:
    """Pregnant on maintenance: doses pause, obstetrics is told."""
    t0 = days(today, -rng.randint(250, 330))
    day = days(today, -rng.randint(5, 30))
    enrol_to_first_dose(story, t0)
    course(story, t0, days(day, -1))
    story.facts(day, "09:00", pregnancy_status="pregnant", conception_date=days(day, -35))


def _stopped(story: Story, t0: date) -> date:
    """A year of treatment, then stopped; the disease is watched every three months. The day of the stop."""
    stop = days(add_months(t0, 12), 30)
    enrol_to_first_dose(story, t0)
    course(story, t0, days(stop, -1))
    story.does(stop, "10:00", "stop_treatment", parameters={"reason": "wish of the patient", "kind": "temporary"})
    for months in (3, 6, 9, 12, 15, 18):
        monitoring(story, days(add_months(stop, months), -3), yearly=False)
    if story.childbearing(days(add_months(t0, 12), -3)):  # as the last pregnancy test before the stop recorded it
        story.does(days(add_months(t0, 18), 1), "09:30", "contraception_end", COORDINATOR, task=True)
    return stop


@journey()
def stopped_on_request(story: Story, today: date, rng: Random) -> None:
    """The patient wished to stop: the warning is on record, the disease is watched, the tails run."""
    _stopped(story, days(today, -rng.randint(560, 700)))


@journey()
def follow_up_closed(story: Story, today: date, rng: Random) -> None:
    """Stopped more than a year ago; B cells are back, the watch was handed over, the follow-up is closed."""
    t0 = days(today, -rng.randint(900, 1000))
    stop = _stopped(story, t0)
    day = add_months(stop, 15)
    story.events = [one for one in story.events if one.at < moment(day, "00:00")]
    story.facts(day, "09:00", cd19_b_cell_count="180 /uL", cd19_b_cell_percent="9 %")
    story.does(day, "10:00", "hand_over_disease_watch", parameters={"to": "neurology outpatient clinic"})
    story.does(days(day, 7), "10:00", "close_follow_up", COORDINATOR)


@journey()
def amended_result(story: Story, today: date, rng: Random) -> None:
    """The laboratory amended the HBsAg after the first dose: everything that rests on it is looked at anew."""
    t0 = days(today, -rng.randint(4, 11))
    enrol_to_first_dose(story, t0)
    infusion(story, t0)
    story.facts(days(t0, 3), "09:00", hbsag={"value": "positive", "amends": True})
