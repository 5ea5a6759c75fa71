"""``python -m quell``: the same as the command ``quell``."""

from quell.cli import main

main()
