"""Who infected whom: what was reported of it."""
