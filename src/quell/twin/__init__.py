"""Twin: a simulated city that emits facts, with the truth known."""
