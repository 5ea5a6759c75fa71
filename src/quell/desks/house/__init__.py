"""What all desks share: the look, sign-in, the board around each page, cards, live updates."""
