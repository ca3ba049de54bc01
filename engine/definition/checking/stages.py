"""Stages: one beginning, everything reachable, no way out of an end and a way out of everything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.definition.checking.subject import Subject
from engine.definition.graph import PREVIOUS, sources, targets
from engine.definition.reading import Problem


def initial_stage(subject: Subject) -> Iterator[Problem]:
    """One initial stage that exists and is not an end."""
    spec = subject.spec
    if spec.initial not in spec.stages:
        yield subject.unknown("initial", "stage", spec.initial, spec.stages)
    elif spec.stages[spec.initial].terminal:
        yield subject.problem(
            "initial", f"The initial stage {spec.initial} is terminal.", "Begin in a stage that is not."
        )


def known_stages(subject: Subject) -> Iterator[Problem]:
    """`from`, `to`, `parent` and the cases of automatic transitions name stages that exist."""
    spec = subject.spec
    for name, stage in spec.stages.items():
        if stage.parent is not None and stage.parent not in spec.stages:
            yield subject.unknown(f"stages.{name}.parent", "stage", stage.parent, spec.stages)
    for name, action in spec.actions.items():
        yield from _known(subject, f"actions.{name}.from", action.from_ or ())
        yield from _known(subject, f"actions.{name}.to", targets(action))
    for name, rule in spec.automatic.items():
        yield from _known(subject, f"automatic.{name}.from", rule.from_ or ())
        yield from _known(subject, f"automatic.{name}.to", [rule.to] if rule.to else ())
        for number, case in enumerate(rule.cases):
            yield from _known(subject, f"automatic.{name}.cases.{number}.to", [case.to])


def _known(subject: Subject, path: str, names: Iterable[str]) -> Iterator[Problem]:
    known = {*subject.spec.stages, PREVIOUS} if path.endswith("to") else set(subject.spec.stages)
    for name in names:
        if name not in known:
            yield subject.unknown(path, "stage", name, known)


def nested_stages(subject: Subject) -> Iterator[Problem]:
    """A stage lies in one that is no end and does not lie in itself."""
    stages = subject.spec.stages
    for name in stages:
        seen, at = {name}, stages[name].parent
        while at in stages and at not in seen:
            assert at is not None
            seen.add(at)
            at = stages[at].parent
        if at == name:
            yield subject.problem(
                f"stages.{name}.parent", f"Stage {name} lies in itself.", "Break the circle of parents."
            )


def reachable(subject: Subject) -> Iterator[Problem]:
    """Every stage can be reached from the initial one."""
    spec = subject.spec
    reached = subject.graph.stages_reachable_from(spec.initial) | _closed_from_outside(subject)
    for name in spec.stages:
        if name not in reached:
            remedy = "Add an action or automatic transition that leads to it, or remove it."
            yield subject.problem(f"stages.{name}", f"Stage {name} cannot be reached from {spec.initial}.", remedy)


def _closed_from_outside(subject: Subject) -> set[str]:
    """Stages to which other pathways close this one."""
    closes = (effect.close for effect in subject.all_effects if effect.close is not None)
    return {one.to for one in closes if one.pathway == subject.spec.pathway}


def ways_out(subject: Subject) -> Iterator[Problem]:
    """No way out of a terminal stage, unless it is reopenable; a way out of every other."""
    spec = subject.spec
    closable = bool(_closed_from_outside(subject))
    for name, stage in spec.stages.items():
        leaving = subject.graph.ways_out(name)
        if stage.terminal and not stage.reopenable:
            for trigger in dict.fromkeys(move.trigger for move in leaving):
                part = "actions" if trigger in spec.actions else "automatic"
                remedy = f"Take {name} out of its `from`, or let {name} not be terminal."
                yield subject.problem(
                    f"{part}.{trigger}.from", f"{trigger} leads out of the terminal stage {name}.", remedy
                )
        elif not stage.terminal and not leaving and not closable and not _holds_others(subject, name):
            remedy = "Add an action that leaves it, or mark it `terminal: true`."
            yield subject.problem(f"stages.{name}", f"Nothing leads out of stage {name}.", remedy)


def _holds_others(subject: Subject, name: str) -> bool:
    """Whether it only encloses other stages, and is left through them."""
    return any(stage.parent == name for stage in subject.spec.stages.values())


def dead_actions(subject: Subject) -> Iterator[Problem]:
    """What happens in a terminal stage never happens: the enrolment has ended. Only a fact opens a reopenable one again."""
    for part, elements in (("actions", subject.spec.actions), ("automatic", subject.spec.automatic)):
        for name, element in elements.items():
            stages = [subject.spec.stages.get(one) for one in element.from_ or ()]
            hears = bool(getattr(element, "on", ()))
            if stages and all(one is not None and one.terminal and not (one.reopenable and hears) for one in stages):
                remedy = "Name a stage that is not terminal."
                yield subject.problem(f"{part}.{name}.from", f"{name} starts only in terminal stages.", remedy)


def previous_stage(subject: Subject) -> Iterator[Problem]:
    """`previous stage` stands only where there always is one: with `from`, and never from a stage where nothing leads to."""
    spec = subject.spec
    elements = [(f"actions.{name}", one, targets(one)) for name, one in spec.actions.items()]
    elements += [(f"automatic.{name}", one, targets(one)) for name, one in spec.automatic.items()]  # type: ignore[misc]
    entered = {move.target for move in subject.graph.moves if move.source != move.target and not move.back}
    for path, element, leads_to in elements:
        if PREVIOUS not in leads_to:
            continue
        if element.from_ is None:
            yield subject.problem(
                f"{path}.to", "`previous stage` without `from`.", "Name the stages that are left in `from`."
            )
        for stage in sources(spec, element):
            if element.from_ is not None and stage in spec.stages and stage not in entered:
                remedy = "Nothing leads to that stage, so it has no previous one; name the stage to go to."
                yield subject.problem(f"{path}.to", f"`previous stage` from {stage}, which no stage precedes.", remedy)


CHECKS = (initial_stage, known_stages, nested_stages, reachable, ways_out, dead_actions, previous_stage)
