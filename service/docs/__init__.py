"""Writes `docs/pathways/`: tables, diagrams and traceability generated from the definitions, so that they cannot disagree.

`python -m service.docs` writes the pages; a test writes them anew and compares.
"""
