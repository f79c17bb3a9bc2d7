"""Question in, proven answer out. `Assistant.ask` in `assistant.path` is the way through."""
