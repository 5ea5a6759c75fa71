"""My duties: what is owed, by deadline, and the buttons that record that it was done."""
