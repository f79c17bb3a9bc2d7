"""A safety net: whether each word of a page stands in one of its blocks or in a line that repeats on many pages."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ingest.documents.blocks import Block, Unread
from ingest.documents.pages import Page

MOST_NAMED = 12  # of the words that are named
TOKEN = re.compile(r"[^\W_]+")


def lost_words(words: Sequence[str], texts: Iterable[str]) -> list[str]:
    """The words of a page, in its order, that stand in none of the texts. A word parted at a line's end counts as
    there when it stands in one piece.
    """
    held = Counter(token for text in texts for token in _tokens(text))
    missing = [word for word in words if not _take(word, held)]
    lost = Counter(missing)
    for one, following in pairwise(words):
        if one.endswith("-") and (lost[one] or lost[following]) and _take(one[:-1] + following, held):
            lost.subtract({one: min(lost[one], 1), following: min(lost[following], 1)})
    return [word for word in dict.fromkeys(missing) for _ in range(lost[word])]


def unread_words(pages: Iterable[Page], blocks: Iterable[Block]) -> Iterator[Unread]:
    """For each page, its words that are in no block of it and in no line that was left out on purpose."""
    texts: dict[int, list[str]] = {}
    for block in blocks:
        for number in {block.page, *(box.page for box in block.boxes)} - {None}:
            texts.setdefault(number or 0, []).append(block.text)
    for page in pages:
        if lost := lost_words(page.words, [*texts.get(page.number, ()), *page.left_out]):
            named = " ".join(lost[:MOST_NAMED]) + (" …" if len(lost) > MOST_NAMED else "")
            yield Unread(
                f"{len(lost)} words could not be put in their place and were left out: “{named}”.", page.number
            )


def _take(word: str, held: Counter[str]) -> bool:
    """Whether all of a word is there, which is then taken; a mark without letters always is."""
    tokens = Counter(_tokens(word))
    if any(held[token] < count for token, count in tokens.items()):
        return False
    held.subtract(tokens)
    return True


def _tokens(text: str) -> list[str]:
    return TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
