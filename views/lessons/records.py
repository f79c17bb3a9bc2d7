"""What the records say about codes side by side: which are told apart, which stand together, what goes with a claim."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property

from assistant.index import Index
from assistant.lexicon import codes_in
from assistant.proof import cite
from assistant.types import Citation, Passage, PassageKind, Topic
from views.lessons.plain_language import Casing, casing_of, tidy

# "Do not use X for this; report Y." and its like: the wrong code, how the case begins, the case, the right code.
INSTEAD = re.compile(
    r"Do not (?:use|report|bill) (D\d{4}) (for|when|if|after|at) ([^;]+?); "
    r"(?:(?:report|use) (D\d{4})(?: instead)?|(D\d{4}) fits (?:that case )?better)\."
)
SENT = re.compile(r"Send (.+?) (?:along )?with (?:the (?:claim for )?)?(D\d{4})(?: claim)?\.")
ADDED = re.compile(r"\b(?:add|added|adds|besides?|in addition|together|also reported)\b", re.IGNORECASE)
# What goes out with a claim, in our words, and how records name it.
PAPERS = {
    "an image (X-ray)": r"images?|radiographs?|x-rays?|full series|bitewings?|periapicals?|panoramic|cone beam",
    "the periodontal chart": r"perio(?:dontal)? chart(?:ing)?|pocket depths?|chart with the recession",
    "a narrative": r"narratives?",
    "a photo": r"photos?|photographs?",
    "the pathology report": r"pathology report",
    "the anesthesia record": r"(?:anesthesia|sedation) record",
    "the operative note": r"operative (?:note|report)",
    "the lab slip": r"lab(?:oratory)? (?:slip|invoice|bill)",
    "the orthodontic records": r"orthodontic records|study models|models",
    "the other plan's EOB": r"EOB",
    "the referral letter": r"referral",
}
PAPER = {paper: re.compile(rf"\b(?:{names})\b", re.IGNORECASE) for paper, names in PAPERS.items()}


class Records:
    """The passages of one index, looked at for what a question may ask and what makes a choice wrong.

    `day` is the date of service of every question that names none.
    """

    def __init__(self, index: Index, day: date) -> None:
        self.passages: Sequence[Passage] = tuple(index.passages.values())
        self.lexicon = index.lexicon
        self.day = day
        self._index = index

    def of_kind(self, kind: PassageKind, *sections: str) -> Iterator[Passage]:
        """The passages of a kind, in file order; of some sections where any are named."""
        return (p for p in self.passages if p.kind is kind and (not sections or p.section in sections))

    def sections(self, *names: str) -> Iterator[tuple[Passage, Citation]]:
        """Every sourced sentence of these sections of the codes' entries; what no page showed is not asked."""
        for passage in self.of_kind(PassageKind.CODE, *names):
            yield from ((passage, said) for said in sourced(passage).values())

    def editions_of(self, code: str) -> Citation | None:
        """What the record says on the editions of a code, where a page stands behind it."""
        passage = self._index.passages.get(f"{code}/editions")
        return next(iter(sourced(passage).values()), None) if passage is not None else None

    def are_valid(self, *codes: str, day: date | None = None) -> bool:
        """Whether all of them are known and can be reported on a day."""
        known = self.lexicon.code
        return all(code in known and known[code].valid_on(day or self.day) for code in codes)

    def tidy(self, text: str, end: str = "?") -> str:
        """Words of staff as one clean sentence."""
        return tidy(text, self._casing, self.lexicon.code, end)

    @cached_property
    def _casing(self) -> Casing:
        return casing_of(self.passages, self.lexicon)

    @cached_property
    def _apart(self) -> dict[str, dict[str, Citation]]:
        found: dict[str, dict[str, Citation]] = defaultdict(dict)
        for passage, said in self.sections("neighbours", "not_when"):
            code, named = passage.record, codes_in(said.quote)
            if len(named) != 2 or code not in named:
                continue
            if passage.section == "not_when" and not INSTEAD.fullmatch(said.quote):
                continue
            other = next(one for one in named if one != code)
            found[code].setdefault(other, said)
            found[other].setdefault(code, said)
        return found

    @cached_property
    def _together(self) -> set[frozenset[str]]:
        """Pairs that one claim may carry, by a sentence of either entry."""
        return {
            frozenset((passage.record, other))
            for passage in self.of_kind(PassageKind.CODE, "billed_with", "use_when", "meaning", "not_when")
            for sentence in passage.sentences
            if passage.section == "billed_with" or ADDED.search(sentence.text)
            for other in codes_in(sentence.text)
        }

    def others(self, code: str, day: date | None = None) -> dict[str, Citation | None]:
        """Codes that are surely wrong where this one is right, and can be reported on the day.

        They are those of its family that differ in what decides within the family, and those that a sentence of
        either entry tells from it; that sentence comes with them. What may stand beside the code on one claim is left
        out: it would be no wrong answer.
        """
        told: dict[str, Citation | None] = {**dict.fromkeys(self._relatives(code)), **self._apart.get(code, {})}
        return {
            other: said
            for other, said in told.items()
            if self.are_valid(other, day=day) and frozenset((code, other)) not in self._together
        }

    def paid_beside(self, code: str) -> set[str]:
        """Codes that the record names as usual beside it, and that no record rules out beside it."""
        return {
            other for other in self._beside.get(code, set()) - {code} - self._against.get(code, set())
            if code not in self._against.get(other, set())
        }  # fmt: skip

    @cached_property
    def _beside(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for passage, said in self.sections("billed_with"):
            found[passage.record].update(codes_in(said.quote))
        return found

    @cached_property
    def _against(self) -> dict[str, set[str]]:
        """Codes that a record rules out beside another, with or without a page."""
        found: dict[str, set[str]] = defaultdict(set)
        for passage in self.of_kind(PassageKind.CODE, "not_with"):
            found[passage.record].update(codes_in(passage.text))
        return found

    def _relatives(self, code: str) -> set[str]:
        """Codes of the same family that differ from this one in what decides within the family."""
        return {
            other
            for family in self.lexicon.code_families
            if code in family.codes
            for other, values in family.codes.items()
            if any(not set(values[name]) & set(own) for name, own in family.codes[code].items() if name in values)
        }

    @cached_property
    def _disputed(self) -> dict[str, set[Topic]]:
        found: dict[str, set[Topic]] = defaultdict(set)
        for passage in self.of_kind(PassageKind.DISAGREEMENT):
            found[passage.record].update(passage.topics)
        return found

    def is_disputed(self, passage: Passage) -> bool:
        """Whether sources contradict each other on what the passage is about."""
        return bool(passage.conflicts_with) or bool(self._disputed.get(passage.record, set()) & set(passage.topics))

    def papers_of(self, code: str) -> set[str]:
        """Everything that any record naming the code speaks of as sent or kept, so that it is no wrong answer."""
        said = "\n".join(passage.text for passage in self._index.naming(code))
        return papers_in(said)

    def name(self, code: str) -> str:
        """A code with our own label, as a scenario names it."""
        entry = self.lexicon.code[code]
        return f"{code} ({entry.label})"


def sourced(passage: Passage) -> dict[int, Citation]:
    """The sentences of a passage that rest on a page, each proven, by their position."""
    return {
        position: cite(passage, position, 1) for position, sentence in enumerate(passage.sentences) if sentence.sources
    }


def papers_in(text: str) -> set[str]:
    return {paper for paper, pattern in PAPER.items() if pattern.search(text)}
