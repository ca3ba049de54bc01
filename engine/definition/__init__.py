"""Pathway definitions: data that a clinician can follow, read strictly, checked when loaded, compiled once."""
