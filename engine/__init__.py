"""The machine: stages, guards, time, audit. Knows no drug, no channel, no web."""
