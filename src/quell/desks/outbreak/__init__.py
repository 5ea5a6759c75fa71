"""An outbreak at a glance."""
