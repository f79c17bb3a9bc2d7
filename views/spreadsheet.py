"""What goes into a CSV file that a spreadsheet opens."""

from __future__ import annotations


def cell(value: object) -> str:
    """Text that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
