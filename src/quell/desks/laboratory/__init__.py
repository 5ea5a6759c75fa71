"""The laboratory: result files come in, and tubes that somebody waits for are seen."""
