"""The ledger: the only way in. ``record(facts, by=…, now=…)`` states facts; ``claim(…)`` takes something scarce."""
