"""Quell: open-source outbreak command."""
