"""What pages read of the registry: frozen values, plain SQL, no page knows a table."""
