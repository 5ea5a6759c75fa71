"""Engines: one package per question; tables in, tables and a figure out."""
