"""The chase: from a positive tube to every member found, held, resampled and settled."""
