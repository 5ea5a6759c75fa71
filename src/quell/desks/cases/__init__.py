"""The cases of an outbreak as a list."""
