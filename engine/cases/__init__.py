"""Case files: a pathway's executable specification, read strictly and run against the real engine on a set clock.

`run_files` is what `careway simulate` calls; `read_file` and `run_case` are its two halves.
"""

from engine.cases.errors import CaseError, CaseFault, Finding
from engine.cases.failing import Failure
from engine.cases.names import Library, Names
from engine.cases.ports import Definition, Engine, Registry
from engine.cases.reading import read_case, read_file
from engine.cases.records import Case, Step
from engine.cases.reporting import Report, Result, case_files, run_files
from engine.cases.running import EngineFactory, run_case

__all__ = [
    "Case", "CaseError", "CaseFault", "Definition", "Engine", "EngineFactory", "Failure", "Finding", "Library", "Names", "Registry",
    "Report", "Result", "Step", "case_files", "read_case", "read_file", "run_case", "run_files",
]  # fmt: skip
