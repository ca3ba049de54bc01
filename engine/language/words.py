"""Words of the criteria language that stand for lengths of time and units of quantities."""

from __future__ import annotations

PERIODS = {
    "minute": (0, 0, 1), "minutes": (0, 0, 1), "min": (0, 0, 1),
    "hour": (0, 0, 60), "hours": (0, 0, 60), "h": (0, 0, 60),
    "day": (0, 1, 0), "days": (0, 1, 0), "d": (0, 1, 0),
    "week": (0, 7, 0), "weeks": (0, 7, 0),
    "month": (1, 0, 0), "months": (1, 0, 0),
    "year": (12, 0, 0), "years": (12, 0, 0),
}  # fmt: skip
"""Words for lengths of time, as (months, days, minutes). A month is a calendar month, never 30 days."""

QUANTITY_UNITS = (
    "g/L", "mg/dL", "mg/L", "ug/L", "ng/mL", "pg/mL", "g/dL", "kg", "g", "mg", "ug", "mL", "L", "cm", "m", "mm", "m2", "kg/m2",
    "mg/kg", "mg/m2", "mg/d", "g/d", "mg/wk", "mg/h", "mL/kg", "mL/min", "mL/min/{1.73_m2}", "mL/h", "mL/d", "U/L", "umol/L",
    "mmol/L", "/uL", "/mm3", "10*9/L", "10*6/L", "10*3/uL", "10*6", "10*6/kg", "[IU]/mL", "[IU]/L", "m[IU]/mL", "{Log_IU}/mL",
    "Cel", "mm[Hg]", "mm/h", "%", "/min", "L/min", "a", "{score}", "{grade}", "{titer}", "10*6.[IU]", "{copies}/ug",
    "{copies}/mL", "s", "mS", "ms", "cm[H2O]", "10*9/kg", "10*4/L", "ng/L", "mg/m2/d", "/d", "{dose}", "{INR}", "g/wk", "mg/mL", "ug/mL", "ug/kg", "kPa", "mmol/mol",
)  # fmt: skip
"""UCUM units that a sentence may use."""
