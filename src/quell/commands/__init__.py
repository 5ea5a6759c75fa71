"""Commands: one module per command of the command line, each with a function run()."""
