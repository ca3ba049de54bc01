"""The 95 % limits of a share (Wilson's score interval), which say how much a small number tells."""

from __future__ import annotations

from math import sqrt

from engine.adherence.survival import Z95


def wilson(hits: int, total: int) -> str | None:
    """The limits as text, `61.2 – 83.4 %`; None where nothing was counted."""
    if not total:
        return None
    low, high = wilson_limits(hits, total)
    return f"{low * 100:.1f} – {high * 100:.1f} %"


def wilson_limits(hits: int, total: int) -> tuple[float, float]:
    """The limits of a share, each from 0 to 1. `total` is at least 1."""
    share, square = hits / total, Z95 * Z95
    centre = (share + square / (2 * total)) / (1 + square / total)
    width = Z95 / (1 + square / total) * sqrt(share * (1 - share) / total + square / (4 * total * total))
    return max(0.0, centre - width), min(1.0, centre + width)
