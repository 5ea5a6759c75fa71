"""The desk at which line lists are opened: read, corrected, recorded."""
