"""What decides between codes: a table, one row a code, each cell a sentence of that code's own entry with its proof."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from assistant.lexicon import Lexicon, codes_in
from assistant.proof import cite, reason_to_withhold
from assistant.types import Authority, Citation, Passage, PassageKind, Row, Statement, Understood, Withheld

FEWEST, MOST = 2, 4  # codes that a table compares
COMPARES = re.compile(
    r"\b(?:vs|versus|differ|differs|differences?|compared?|comparison|distinguish(?:es)?|instead of|rather than|"
    r"(?:choose|choice|decides?) between|same as)\b",
    re.IGNORECASE,
)
EITHER = re.compile(r"\bD\d{4}\b[^.;?]{0,40}\bor\b[^.;?]{0,40}\bD\d{4}\b", re.IGNORECASE)

_Place = tuple[Passage, int]


@dataclass(slots=True)
class Comparison:
    """The rows, the citations that they need beyond those of the statements, and the cells that were not proven."""

    rows: tuple[Row, ...] = ()
    citations: list[Citation] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)


def compared(
    understood: Understood,
    naming: Callable[[str], Iterable[Passage]],
    statements: Sequence[Statement],
    citations: Sequence[Citation],
    lexicon: Lexicon,
) -> Comparison:
    """The table for a question that compares two to four codes; one without rows for any other.

    `naming` brings the passages that name a code. `citations` prove the `statements`; a cell that repeats one of them
    shares its number, and a sentence not said yet is preferred.
    """
    if not compares(understood):
        return Comparison()
    table = _Table(statements, citations, lexicon)
    rows = [table.row(code, understood.codes, list(naming(code))) for code in understood.codes if code in lexicon.code]
    rows = [row for row in rows if row.cells]
    if len(rows) < FEWEST:
        return Comparison()
    return Comparison(tuple(rows), table.added, table.withheld)


def compares(understood: Understood) -> bool:
    """Whether the question asks what decides between the codes that it names or takes over."""
    if not FEWEST <= len(understood.codes) <= MOST:
        return False
    if COMPARES.search(understood.search) or EITHER.search(understood.search):
        return True
    # Procedures called by their names leave no code numbers to look between.
    return len(codes_in(understood.search)) < FEWEST and re.search(r"\bor\b", understood.search) is not None


class _Table:
    """Fills cells, numbering the citations on from those of the statements."""

    def __init__(self, statements: Sequence[Statement], citations: Sequence[Citation], lexicon: Lexicon) -> None:
        self._said = {statement.text for statement in statements}
        self._first = len(citations) + 1
        self._by_place = {(citation.passage.id, citation.start): citation for citation in citations}
        self._lexicon = lexicon
        self.added: list[Citation] = []
        self.withheld: list[Withheld] = []

    def row(self, code: str, codes: Sequence[str], passages: Sequence[Passage]) -> Row:
        own = [passage for passage in passages if passage.kind is PassageKind.CODE and passage.record == code]
        # What the office wrote itself stands before the shipped words.
        own.sort(key=lambda passage: passage.sentences[0].authority is not Authority.OFFICE)
        others = set(codes) - {code}
        return Row(
            code,
            meaning=self._cell(_places(own, "meaning")),
            use=self._cell(self._unsaid_first(_places(own, "use_when"))),
            apart=self._cell(self._what_sets_apart(own, others)),
        )

    def _what_sets_apart(self, own: Sequence[Passage], others: set[str]) -> Iterator[_Place]:
        """Sentences that name another code of the comparison; where there are none, when the code is not to be used."""
        neighbours, refusals = list(_places(own, "neighbours")), list(_places(own, "not_when"))
        naming = [place for place in (*neighbours, *refusals) if others & set(codes_in(_text(place)))]
        yield from self._unsaid_first(naming)
        yield from refusals

    def _unsaid_first(self, places: Iterable[_Place]) -> list[_Place]:
        return sorted(places, key=lambda place: _text(place) in self._said)

    def _cell(self, places: Iterable[_Place]) -> Statement | None:
        """The first sentence, if it passes the proof gate."""
        place = next(iter(places), None)
        if place is None:
            return None
        citation = cite(*place, self._first + len(self.added))
        known = self._by_place.get((citation.passage.id, citation.start))
        citation = known or citation
        cell = Statement(citation.quote, (citation.n,))
        if (reason := reason_to_withhold(cell, [citation], self._lexicon)) is not None:
            self.withheld.append(Withheld(cell.text, reason))
            return None
        if known is None:
            self._by_place[citation.passage.id, citation.start] = citation
            self.added.append(citation)
        return cell


def _places(passages: Iterable[Passage], section: str) -> Iterator[_Place]:
    return (
        (passage, position)
        for passage in passages
        if passage.section == section
        for position in range(len(passage.sentences))
    )


def _text(place: _Place) -> str:
    passage, position = place
    return passage.sentences[position].text
