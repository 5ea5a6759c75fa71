"""Desks: the web, one package per desk."""
