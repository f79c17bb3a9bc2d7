"""The built-in writer's own words, read from prompts/phrases.yaml; every placeholder is checked when it is filled."""

from __future__ import annotations

import string
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from assistant.errors import PromptError


class Phrases:
    """Phrases by dotted name: `phrases("notice.payer_silent", payer=..., subject=..., day=...)`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "phrases.yaml"
        try:
            self._tree: dict[str, Any] = yaml.safe_load(self._path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise PromptError(f"{self._path} cannot be read ({error}); restore it from the repository.") from error

    def __call__(self, name: str, /, **values: str) -> str:
        """The phrase with its placeholders filled. Raises `PromptError` when it is missing or asks for other values."""
        node: Any = self._tree
        for part in name.split("."):
            node = node.get(part) if isinstance(node, dict) else None
        if not isinstance(node, str):
            raise PromptError(f"{self._path} has no phrase “{name}”; add it.")
        wanted = {field for _, field, _, _ in string.Formatter().parse(node) if field}
        if wanted != set(values):
            given = ", ".join(sorted(values)) or "none"
            raise PromptError(f"{self._path}: “{name}” has placeholders {sorted(wanted)}, but gets {given}; mend it.")
        return node.format(**values)


def words_to_send(phrases: Phrases, question: str, codes: Sequence[str]) -> str:
    """A question that the library cannot answer, in words ready to send to the payer."""
    if codes:
        return phrases("send.codes", codes=", ".join(codes), question=question)
    return phrases("send.claim", question=question)
