"""Pictures of a patient and of a pathway, drawn on the server as SVG, each with a table that says the same.

They read and judge, and change nothing: what they plan is decided on a copy of the chart and forgotten.
"""
