"""Known questions and answers, and how Bitewing does on them: `python -m evals` or `make evals`."""
