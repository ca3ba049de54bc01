"""FHIR R4 in: Bundles and NDJSON become patients and facts."""

from service.fhir.files import LARGEST_BUNDLE, LONGEST_LINE, UnreadableInput
from service.fhir.importing import import_files, import_resources
from service.fhir.report import ImportReport, Problem

__all__ = [
    "LARGEST_BUNDLE",
    "LONGEST_LINE",
    "ImportReport",
    "Problem",
    "UnreadableInput",
    "import_files",
    "import_resources",
]
