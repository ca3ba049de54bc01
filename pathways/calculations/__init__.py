"""Clinical functions that the criteria language does not hold: importing this package registers all of them.

One file for each idea. What a clinician can check by hearing one sentence stands in the definitions instead
(`criteria-language.md` §6).
"""

from pathways.calculations import (
    b_cells,
    body_size,
    corticosteroid_dose,
    creatinine_clearance,
    crs_grade,
    dosing_adequacy,
    easix,
    granulocyte_recovery,
    icans_grade,
    immunoglobulin_level,
    immunosuppressants,
    second_expansion,
    viral_load,
)

__all__ = [
    "b_cells",
    "body_size",
    "corticosteroid_dose",
    "creatinine_clearance",
    "crs_grade",
    "dosing_adequacy",
    "easix",
    "granulocyte_recovery",
    "icans_grade",
    "immunoglobulin_level",
    "immunosuppressants",
    "second_expansion",
    "viral_load",
]
