"""Planned against actual, as pure functions over records: timing of tasks, courses between stages, survival estimates.

Reporting reads these; nothing here decides about a patient and nothing here knows a database.
"""
