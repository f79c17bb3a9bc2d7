"""Training: questions made from the library's records, and when each comes back. Nothing here draws."""
