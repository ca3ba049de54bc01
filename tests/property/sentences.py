"""Arbitrary criteria that a guard may say, over the facts of `records`: every operator, well typed, nested.

Left out is what the load-time checks keep out of blocks, because it turns unknown into an answer: `is missing`, `unknown counts
as no`, a constant in the place of a result, and the two-valued `guard … passes`.
"""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

_OPERATORS = st.sampled_from([">=", "<=", ">", "<", "=", "!="])
_PERIODS = st.sampled_from(["30 days", "1 day", "0 days", "1 month", "6 months", "24 hours", "90 minutes", "13 months"])
_DATES = st.sampled_from(
    [
        "today",
        "now",
        "onset",
        "2026-03-01",
        "(onset + 1 month)",
        "(date of latest igg)",
        "(time of latest inebilizumab)",
        "2026-04-10",
    ]
)
_NUMBERS = {
    "igg": st.sampled_from(["5 g/L", "setting.low", "worst", "(4 g/L + 1 g/L)"]),
    "worst": st.sampled_from(["5 g/L", "setting.low"]),
    "crp": st.sampled_from(["10 mg/L", "(2 * 5 mg/L)"]),
    "mg_adl": st.sampled_from(["6", "4"]),
    "alt": st.sampled_from(["40 U/L", "3 * uln of alt"]),
    "age": st.sampled_from(["18 years", "46 years"]),
}
_CODES = {
    "hbsag": ["positive", "negative"],
    "active_infection": ["none", "suspected", "sepsis"],
    "diabetes": ["yes", "no"],
    "class": ["carrier", "other", "none"],
}

WINDOWS: SearchStrategy[str] = st.one_of(
    st.builds("within {}".format, _PERIODS),
    st.builds("within {} before {}".format, _PERIODS, _DATES),
    st.builds("within {} after {}".format, _PERIODS, _DATES),
    st.builds("at least {} before {}".format, _PERIODS, _DATES),
    st.builds("at least {} after {}".format, _PERIODS, _DATES),
    st.builds("at least {} ago".format, _PERIODS),
    st.builds("between {} and {} before {}".format, _PERIODS, _PERIODS, _DATES),
    st.builds("between {} and {} after {}".format, _PERIODS, _PERIODS, _DATES),
    st.builds("{} {}".format, st.sampled_from(["since", "after", "before", "until", "on"]), _DATES),
)
_MAYBE_WINDOW = st.just("") | WINDOWS.map(" {}".format)

VALUED: SearchStrategy[str] = st.sampled_from([
    "igg with (value >= 5 g/L)", "igg with (value < 5 g/L)", "hbsag with (value is positive)",
    "hbsag with (not value is positive)", "crp with (value > 10 mg/L)", "mg_adl with (value >= 6)",
])  # fmt: skip
"""Entries chosen by their value."""

HAPPENED: SearchStrategy[str] = st.sampled_from([
    "relapse", "relapse with (severity is severe)", "inebilizumab given", "inebilizumab given with (complete is yes)",
    "prednisone", "prednisone started", "systemic_corticosteroid", "prednisone with (dose > 15 mg)",
])  # fmt: skip
ENTERED: SearchStrategy[str] = VALUED | HAPPENED | st.sampled_from(["igg", "hbsag", "crp"])


def _exists(entries: SearchStrategy[str]) -> SearchStrategy[str]:
    windowed = st.builds("{}{}".format, entries, _MAYBE_WINDOW)
    return st.one_of(
        windowed.map("any {}".format),
        windowed.map("no {}".format),
        windowed.map("at least 2 {}".format),
        st.builds("at least 2 {} in any {}".format, entries, _PERIODS),
        windowed.map("at least 2 different dose of {}".format),
    )


def _counts(entries: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.builds("count of {}{} {} {}".format, entries, _MAYBE_WINDOW, _OPERATORS, st.integers(0, 3))


READING: SearchStrategy[str] = st.one_of(
    *(st.builds(f"{name} {{}} {{}}".format, _OPERATORS, limits) for name, limits in _NUMBERS.items()),
    *(st.sampled_from(codes).map(f"{name} is {{}}".format) for name, codes in _CODES.items()),
    st.sampled_from([*_NUMBERS, *_CODES, "onset"]).map("{} is known".format),
    st.sampled_from(["infected is met", "inflamed is met", "mg_adl fell by at least 1 from 6", "igg rose by at least 1 g/L from 4 g/L"]),
    st.builds("least of (igg; 6 g/L) {} 5 g/L".format, _OPERATORS),
    st.builds("greatest of (igg; latest igg within 30 days) {} 5 g/L".format, _OPERATORS),
    st.builds("number met of (igg >= 5 g/L; hbsag is positive; diabetes is yes) {} {}".format, _OPERATORS, st.integers(0, 3)),
    st.builds("mg_adl >= 6 for at least {}".format, _PERIODS),
    st.builds("active_infection is one of none, suspected for at least {}".format, _PERIODS),
    st.builds("hbsag changed from negative to positive{}".format, _MAYBE_WINDOW),
    st.builds("active_infection changed from one of none, suspected to sepsis{}".format, _MAYBE_WINDOW),
    st.builds("on each of the {} days before {}, (mg_adl < 6)".format, st.integers(1, 4), st.sampled_from(["today", "onset", "2026-04-03"])),
    st.builds("today {} onset + {}".format, _OPERATORS, st.sampled_from(["in table", "6 months"]).map(lambda one: "(days in table plan for (hbsag; diabetes))" if one == "in table" else one)),
)  # fmt: skip
"""Criteria that read values: what a conflict or an indeterminate result of a fact makes unknown."""

HAPPENING: SearchStrategy[str] = st.one_of(
    st.builds("prednisone is running{}".format, st.just("") | _PERIODS.map(" for at least {}".format)),
    st.builds("{} stopped at least {} before {}".format, st.sampled_from(["systemic_corticosteroid", "prednisone"]), _PERIODS, _DATES),
    st.sampled_from(["inebilizumab never given", "cytotoxic_chemotherapy never given", "no cytotoxic_chemotherapy within 6 months"]),
    st.builds("today {} (date of {} inebilizumab given) + {}".format, _OPERATORS, st.sampled_from(["first", "latest"]), _PERIODS.filter(lambda one: "minutes" not in one)),
    st.builds("{} {} {}".format, st.sampled_from(["today", "now"]), _OPERATORS, _DATES),
    st.builds("next of every 1 month from onset after 2026-03-01 {} today".format, _OPERATORS),
    st.builds("earliest of (onset; 2026-03-15) {} {}".format, _OPERATORS, _DATES),
    st.builds("latest of (onset; date of latest relapse) {} {}".format, _OPERATORS, _DATES),
    _exists(HAPPENED), _counts(HAPPENED),
)  # fmt: skip

_PICKED: SearchStrategy[str] = st.one_of(
    st.builds("({} igg{}) {} 5 g/L".format, st.sampled_from(["latest", "first"]), _MAYBE_WINDOW, _OPERATORS),
    st.builds("({} {}{}) is known".format, st.sampled_from(["latest", "first"]), VALUED, _MAYBE_WINDOW),
    st.builds("today {} (date of latest {}) + 1 month".format, _OPERATORS, VALUED),
    st.builds("(uln of alt) {} 40 U/L".format, _OPERATORS),
)

_USUAL: SearchStrategy[str] = st.sampled_from([
    "any alt with ((first known of (uln; 40 U/L)) >= 40 U/L)", "(first known of (severity of latest relapse; \"mild\")) is mild",
    "today >= (first known of (date of latest relapse; 2026-03-01)) + 1 month",
    "any inebilizumab given with (first known of (complete; yes) is yes)",
])  # fmt: skip
"""Usual values of what an entry may leave out, or of what has not happened."""

_STOOD_IN: SearchStrategy[str] = st.builds(
    "(first known of (igg; {})) {} 5 g/L".format, st.sampled_from(["6 g/L", "4 g/L", "worst"]), _OPERATORS
)
"""A constant in the place of a result, which no block may say; a conflict goes through none the less."""

GUARDED: SearchStrategy[str] = st.one_of(READING, HAPPENING, _PICKED, _exists(ENTERED), _counts(ENTERED), _USUAL)
"""Every single statement that a block may make."""

STATEMENTS: SearchStrategy[str] = GUARDED | _STOOD_IN
"""Every single statement."""

UNDER_CONFLICT: SearchStrategy[str] = st.one_of(
    READING, HAPPENING, _exists(VALUED | HAPPENED), _counts(VALUED | HAPPENED), _USUAL, _STOOD_IN
)
"""Statements that choose entries by their values: those that only count records are answered by a further record."""


@cache
def criteria(statements: SearchStrategy[str], depth: int = 2) -> SearchStrategy[str]:
    """Sentences of statements joined by every connective, in brackets."""
    if depth == 0:
        return statements
    below = criteria(statements, depth - 1)
    pair = st.tuples(below, below)
    return st.one_of(
        below,
        below.map("not ({})".format),
        pair.map(lambda two: f"all of ({two[0]}; {two[1]})"),
        pair.map(lambda two: f"any of ({two[0]}; {two[1]})"),
        pair.map(lambda two: f"({two[0]}) unless ({two[1]})"),
        st.tuples(below, below, below).map(lambda three: f"at least 2 of ({'; '.join(three)})"),
    )
