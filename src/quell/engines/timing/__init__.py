"""How long each step of a case took, and where it waits. The public face is ``quell.timing``."""
