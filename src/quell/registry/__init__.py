"""The registry: who and where, now, and what is owed. Written by projections of facts and by nothing else."""
