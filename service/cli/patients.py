"""`enrol`, `fact`, `act`: a coordinator's changes from a terminal. Each is a command of the engine, like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.app import app
from service.cli.printing import DONE, FAILED, Json, Lang, language, show

if TYPE_CHECKING:
    from engine.commands import Outcome
    from engine.model import Chart
    from service.wiring import Careway

PatientId = Annotated[str, typer.Argument(help="The patient's id here, a pseudonym.", metavar="PATIENT")]
By = Annotated[str, typer.Option("--by", help="Who acts: ROLE, or ROLE:ACCOUNT.", metavar="ROLE")]
Key = Annotated[str, typer.Option("--key", help="Idempotency key: the same command with the same key is done once.")]
With = Annotated[
    list[str] | None, typer.Option("--with", help="What the action asks for; may be repeated.", metavar="NAME=VALUE")
]
Pathway = Annotated[str, typer.Option("--pathway", help="Which enrolment: the pathway, or hbv#2 for the second.")]


@app.command()
def enrol(
    patient: PatientId,
    pathway: Annotated[str, typer.Argument(help="The pathway.", metavar="PATHWAY")],
    *,
    born: Annotated[str, typer.Option(help="Date of birth, where the patient is new here.")] = "",
    sex: Annotated[str, typer.Option(help="female or male, where the patient is new here.")] = "",
    setting: Annotated[
        list[str] | None, typer.Option(help="A clinical setting of this enrolment.", metavar="NAME=VALUE")
    ] = None,
    by: By = "care_coordinator",
    key: Key = "",
    as_json: Json = False,
) -> int:
    """Put a patient on a pathway; a patient who is new here is added."""
    from engine.commands import Enrol
    from service.cli.entering import person, single
    from service.cli.opening import opened

    with opened() as careway:
        careway.registry.latest(pathway)  # A misspelt pathway adds no patient.
        _add_if_new(careway, patient, born, sex, by)
        settings = single(setting or [])
        command = Enrol(
            patient=patient, at=careway.clock.now(), by=person(by), key=key, pathway=pathway, settings=settings
        )
        outcome = careway.engine.execute(command)
        stage = careway.engine.chart(patient).enrolments[str(outcome.enrolment)].stage
    data = {"patient": patient, "enrolment": outcome.enrolment, "pathway": pathway, "stage": stage}
    show(data, f"{patient} is on {pathway}, stage {stage} ({outcome.enrolment}).", as_json=as_json)
    return DONE


def _add_if_new(careway: Careway, patient: str, born: str, sex: str, by: str) -> None:
    from engine.calendar import local_day
    from engine.errors import NotFound
    from engine.model import Patient
    from service.cli.entering import moment, person

    try:
        careway.engine.chart(patient)
    except NotFound:
        zone = careway.settings.timezone
        birth = local_day(moment(born, zone), zone) if born else None
        careway.engine.register_patient(Patient(patient, birth, sex, zone), careway.clock.now(), person(by))


@app.command()
def fact(
    patient: PatientId,
    facts: Annotated[list[str], typer.Argument(help='Facts as in case files: igg="4.2 g/L".', metavar="FACT=VALUE…")],
    *,
    effective: Annotated[str, typer.Option(help="When it was true, where that is not now.")] = "",
    correct: Annotated[str, typer.Option(help="Replace the recorded value of this fact, for this reason.")] = "",
    by: By = "care_coordinator",
    key: Key = "",
    as_json: Json = False,
) -> int:
    """Record facts of a patient, all of them or none; or correct one."""
    from service.cli.entering import pairs, person
    from service.cli.facts import correction, recording
    from service.cli.opening import opened

    given = pairs(facts)
    with opened() as careway:
        chart = careway.engine.chart(patient)
        common = {"patient": patient, "at": careway.clock.now(), "by": person(by), "key": key}
        make = (
            correction(careway, chart, given, effective, correct, common)
            if correct
            else recording(given, effective, common)
        )
        outcome = careway.engine.execute(make)
    text = f"Recorded: {', '.join(given)}." if outcome.created else "Nothing new."
    show({"patient": patient, "created": list(outcome.created)}, text, as_json=as_json)
    return DONE


@app.command()
def act(
    patient: PatientId,
    action: Annotated[str, typer.Argument(help="The action.", metavar="ACTION")],
    *,
    pathway: Pathway = "",
    given: With = None,
    by: By = "care_coordinator",
    second_person: Annotated[str, typer.Option(help="Who signs too: ROLE or ROLE:ACCOUNT.", metavar="ROLE")] = "",
    override: Annotated[str, typer.Option(help="Go past overridable blocks, for this reason, on record.")] = "",
    approved_by: Annotated[str, typer.Option(help="Who approved the override.", metavar="ROLE")] = "",
    if_version: Annotated[int | None, typer.Option(help="Only if the enrolment is still at this version.")] = None,
    key: Key = "",
    lang: Lang = "",
    as_json: Json = False,
) -> int:
    """Do an action of a patient's enrolment. Refused: the reasons are printed and the exit code is 1."""
    from engine.commands import Override, PerformAction
    from service.cli.entering import person, single
    from service.cli.opening import opened
    from service.cli.questions import enrolment_of

    tongue = language(lang)
    with opened() as careway:
        chart = careway.engine.chart(patient)
        enrolment = enrolment_of(careway, chart, pathway, action)
        command = PerformAction(
            patient=patient, at=careway.clock.now(), by=person(by), key=key, enrolment=enrolment.id, action=action,
            parameters=single(given or []), expected_version=if_version,
            override=Override(override, person(approved_by or by)) if override else None,
            second_person=person(second_person) if second_person else None,
        )  # fmt: skip
        outcome = careway.engine.execute(command)
        return _answer(careway, careway.engine.chart(patient), command, outcome, tongue, as_json=as_json)


def _answer(careway: Careway, chart: Chart, command: Any, outcome: Outcome, tongue: str, *, as_json: bool) -> int:
    from engine.outcomes import outcome_json
    from service.explanations import told

    points = told(careway.registry, chart, outcome, command, tongue)
    stage = chart.enrolments[command.enrolment].stage
    data = {**outcome_json(outcome), "patient": command.patient, "action": command.action, "stage": stage}
    data["reasons"] = [one.as_dict() for one in points]
    head = f"{command.action}: {outcome.verdict.value.replace('_', ' ')}; stage {stage}"
    text = "\n".join([head + (f"; dose {outcome.dose}" if outcome.dose else ""), *(one.sentence for one in points)])
    show(data, text, as_json=as_json)
    return DONE if outcome.accepted else FAILED
