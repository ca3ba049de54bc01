"""Measures what the engine costs, as ratios to raw limits and peers written here: `python -m benchmarks NAME …`.

Nothing of the service imports this; the targets stand in `benchmarks/README.md`.
"""
