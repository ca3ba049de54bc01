"""Reads an exported XES and OCEL log with pm4py and checks the log against the exported model. Run by `run`, apart from the suite.

pm4py is AGPL: it lives in an environment of its own, is imported nowhere else and stands in no lock file. Nothing of ours is
imported here; the files are all that the two programs share.
"""

from __future__ import annotations

import sys
import warnings

import pm4py

warnings.filterwarnings("ignore")


def main(xes: str, ocel: str, net: str) -> int:
    """Print what was read; 1 where a trace does not fit the model, or the two logs tell of different numbers."""
    log = pm4py.read_xes(xes)
    moves = log[log["careway:kind"] == "move"]
    model, initial, final = pm4py.read_pnml(net)
    found = pm4py.conformance_diagnostics_token_based_replay(moves, model, initial, final)
    aligned = pm4py.conformance_diagnostics_alignments(moves, model, initial, final)
    objects = pm4py.read_ocel2_json(ocel)
    fitting = sum(one["trace_is_fit"] for one in found)
    perfect = sum(one["fitness"] > 1 - 1e-9 for one in aligned)
    print(f"XES: {log['case:concept:name'].nunique()} traces, {len(log)} events, {len(moves)} moves")
    print(f"OCEL: {len(objects.objects)} objects, {len(objects.events)} events, {len(objects.relations)} relations")
    print(
        f"token replay: {fitting} of {len(found)} traces fit; alignments: {perfect} of {len(aligned)} without deviation"
    )
    return 0 if perfect == len(aligned) and len(objects.events) == len(log) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
