"""One subject on one page: every fact, what is owed, every restriction with its ground."""
