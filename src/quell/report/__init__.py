"""The situation report: an outbreak at a moment as one self-contained page, in English or Chinese."""
