"""What sentences mean: three-valued, with evidence, two clocks and two modes.

`results` holds the outcomes, `records` the facts as seen at one time, `context` what a sentence is judged in, `values` and
`criteria` turn trees of the criteria language into functions over a context.
"""

from engine.evaluation import criteria, values

__all__ = ["criteria", "values"]
