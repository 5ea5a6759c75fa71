"""The one error that people see."""

from __future__ import annotations


class QuellError(Exception):
    """Something a person has to put right.

    The message says what is wrong, where, and what to do. The command line prints it as one block, without a
    traceback, and exits 1.
    """
