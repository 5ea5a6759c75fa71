"""What is missing, impossible or improbable in a line list. The public face is ``quell.quality``."""
