"""Slips of the pen, mended before a question is read: "gaurdian" is Guardian, "seelant" is a sealant.

A word that neither the library nor English (pyspellchecker's dictionary) knows is taken for the library's word nearest
to it in spelling, where one is near enough.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

WORD = re.compile(r"[a-z]{5,}", re.IGNORECASE)
LONG = 8  # letters from which two slips are forgiven, and one below
SEEN = 2  # times that the library uses a word, from which it is no slip itself


class Spelling:
    """The words of one library, and how often it uses them."""

    def __init__(self, words: Mapping[str, int]) -> None:
        self._words = dict(words)
        self._english = SpellChecker(language="en").word_frequency
        self._nearest = lru_cache(maxsize=10_000)(self._found)

    def mended(self, text: str) -> str:
        """The text with its unknown words of five letters and more written as their nearest known ones."""
        return WORD.sub(lambda match: self._nearest(match.group().lower()) or match.group(), text)

    def knows(self, word: str) -> bool:
        """Whether the library uses a word, given in lower case, or its singular."""
        return word in self._words or word.removesuffix("s") in self._words

    def _found(self, word: str) -> str | None:
        if word in self._words or word in self._english or word.removesuffix("s") in self._english:
            return None
        # A slip keeps the first letter nearly always, and without it too many words are near.
        alike = [known for known in self._words if known[0] == word[0]]
        slips = 2 if len(word) >= LONG else 1
        near = process.extract(word, alike, scorer=OSA.distance, score_cutoff=slips, limit=5)
        return min(near, key=lambda found: (found[1], -self._words[found[0]]))[0] if near else None


def words_of(texts: Iterable[str], names: Iterable[str]) -> dict[str, int]:
    """Word -> uses, of the words that `texts` use often enough and those of all `names`."""
    counts = Counter(word.lower() for text in texts for word in WORD.findall(text))
    named = Counter(word.lower() for name in names for word in WORD.findall(name))
    return {word: count for word, count in sorted((counts + named).items()) if count >= SEEN or word in named}
