"""W3: six criteria over twenty facts, three-valued with the evidence tree, against the same written by hand.

By hand means what a programmer would write for these six alone: plain comparisons on a dictionary, unknown where a fact
is missing or too old, and a list of what was read. Ours reads units, ages, conflicts and two clocks from the definition.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.measuring import Figure, alternating, ratio
from engine.actions import Engine
from engine.commands import Enrol, Entry, RecordFacts
from engine.decide.working import Index, Working
from engine.evaluation.compiling import compile_criterion
from engine.evaluation.scope import Scope
from engine.language.parsing import parse_criterion
from engine.model import SYSTEM, Patient
from engine.store import open_store
from pathways.registry import load_registry

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
TIMES = 2000
CRITERIA = (
    "igg >= 5 g/L", "hbsag is negative", "edss < 6", "lymphocyte_count >= 0.5 10*9/L", "active_infection is none",
    "crp <= 10 mg/L",
)  # fmt: skip
FACTS: dict[str, Any] = {
    "igg": "9.8 g/L", "hbsag": "negative", "edss": "3.0", "lymphocyte_count": "1.4 10*9/L", "active_infection": "none", "crp": "2 mg/L",
    "iga": "2.1 g/L", "igm": "1.0 g/L", "anti_hbc": "negative", "anti_hcv": "negative", "alt": {"value": "20 U/L", "uln": 40},
    "ast": {"value": "22 U/L", "uln": 40}, "creatinine": "60 umol/L", "egfr": "100 mL/min", "aids": False, "diabetes": False,
    "tb_symptoms": False, "esr": "8 mm/h", "weight": "60 kg", "total_bilirubin": "11 umol/L",
}  # fmt: skip


def by_hand(facts: dict[str, tuple[Any, datetime]], now: datetime) -> tuple[bool | None, list[Any]]:
    """The six criteria written out."""
    evidence: list[Any] = []
    month, truth = timedelta(days=30), []
    for code, test in _TESTS:
        known = facts.get(code)
        fresh = known is not None and now - known[1] <= month
        one = test(known[0]) if known is not None and fresh else None
        evidence.append((code, known, one))
        truth.append(one)
    return False if False in truth else None if None in truth else True, evidence


_TESTS: tuple[tuple[str, Any], ...] = (
    ("igg", lambda value: value >= 5), ("hbsag", lambda value: value == "negative"), ("edss", lambda value: value < 6),
    ("lymphocyte_count", lambda value: value >= Decimal("0.5")), ("active_infection", lambda value: value == "none"),
    ("crp", lambda value: value <= 10),
)  # fmt: skip


def measure(rounds: int = 7) -> list[Figure]:
    """W3."""
    registry = load_registry()
    store = open_store("sqlite://")
    engine = Engine(store, registry)
    engine.register_patient(Patient("p", date(1991, 8, 12), "female"), NOW)
    enrolment = engine.execute(Enrol(patient="p", at=NOW, pathway="inebilizumab")).enrolment
    entries = tuple(Entry(code, value) for code, value in FACTS.items())
    engine.execute(RecordFacts(patient="p", at=NOW, entries=entries))
    chart = store.read("p")
    definition = registry.latest("inebilizumab")
    scope = Scope(definition.spec, registry.catalogue, registry.functions, frozenset(registry.ids()))
    judge = compile_criterion(parse_criterion(f"all of ({'; '.join(CRITERIA)})"), scope)
    working = Working.of(chart, Index.of(chart), registry, NOW, SYSTEM)
    plain = {fact.code: (fact.value, fact.effective) for fact in chart.facts.values()}
    assert judge(working.context(str(enrolment))).met
    assert by_hand(plain, NOW)[0]

    def ours() -> None:
        for _ in range(TIMES):
            judge(working.context(str(enrolment)))

    def theirs() -> None:
        for _ in range(TIMES):
            by_hand(plain, NOW)

    found = alternating({"ours": ours, "by hand": theirs}, rounds)
    measured = ratio(found, "ours", "by hand")
    each = min(one.wall for one in found["ours"]) / TIMES * 1e6
    return [
        Figure(
            "W3",
            "six criteria, 20 facts, evidence tree, against hand-written three-valued Python",
            measured,
            "x",
            ">= 0.15",
            measured >= 0.15,
        ),
        Figure("W3", "the same, one judgement", each, "us"),
    ]
