"""The tables that importers read, engines speak and documents print: defined once, checked once."""
