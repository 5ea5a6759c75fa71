"""Who infected whom: the chain page, for investigators."""
