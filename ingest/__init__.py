"""Knowledge to passages to an index: `python -m ingest` or `bitewing ingest`."""
