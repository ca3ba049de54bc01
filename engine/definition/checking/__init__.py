"""Checks of definitions before they meet a patient: every finding with its file, line and remedy.

One module for each theme; a check is a small function from a `Subject` to its findings.
"""

from engine.definition.checking.running import CHECKS, check, check_files
from engine.definition.checking.subject import Subject

__all__ = ["CHECKS", "Subject", "check", "check_files"]
