"""What a line list lacks, what cannot be, and what hardly can: data quality as Python.

    import polars, quell.quality
    checked = quell.quality.check(polars.read_csv("linelist.csv"))
    print(checked)           # a line for each finding
    checked.table            # polars: group, check, column, count, of, told, rule, source

``checked.findings`` also name the cases (pseudonyms), for those who mend the list.
"""

from __future__ import annotations

from quell.engines.quality.check import check
from quell.engines.quality.findings import Finding, Quality

__all__ = ["Finding", "Quality", "check"]
