"""An answer as the outside sees it: the JSON object of the command line's contract, and plain text for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.phrases import Phrases
from assistant.types import READ_FIRST, Answer, Answered, Citation, Clarify, Declined, NotCovered, Row, Statement

MOST_WORDS = 160


def as_text(answer: Answer, phrases: Phrases) -> str:
    """What a person reads, at most 160 words: verdict, statements with [n], then conflicts and notices that fit."""
    match answer:
        case Answered():
            lead = phrases(f"verdict.{answer.verdict.value}") if answer.verdict else ""
            body = [
                f"{statement.text} {_numbers(statement.citations)}{_lapse_mark(answer, statement.citations)}"
                for statement in answer.statements
            ]
            first = [notice.text for notice in answer.notices if notice.kind in READ_FIRST]
            lines = [*([lead] if lead else []), *first, *body]
            extras = [phrases("conflict", claim=c.claim, followed=c.followed) for c in answer.conflicts]
            # A disagreement too long for the limit is at least told of.
            short = [phrases("conflict_told")] if answer.conflicts else []
            notices = [notice.text for notice in answer.notices if notice.kind not in READ_FIRST]
            text = _within(lines, notices + extras)
            return text if not short or any(extra in text for extra in extras) else _within(text.split("\n"), short)
        case NotCovered():
            nearest = [f"Nearest in the library: {'; '.join(answer.nearest)}."] if answer.nearest else []
            return _within([answer.missing, *([answer.ask] if answer.ask else [])],
                           [notice.text for notice in answer.notices] + nearest)  # fmt: skip
        case Declined():
            said = [f"{statement.text} {_numbers(statement.citations)}" for statement in answer.statements]
            return _within([answer.reason, answer.instead, *said], [])
        case Clarify():
            return _within([answer.question, *(f"- {choice}" for choice in answer.choices)], [])


def as_dict(answer: Answer, phrases: Phrases, milliseconds: float) -> dict[str, Any]:
    """The JSON object of `bitewing ask --json`; its keys are a contract."""
    answered = answer if isinstance(answer, Answered) else None
    proven = answer if isinstance(answer, Answered | Declined) else None
    notices = answer.notices if isinstance(answer, Answered | NotCovered) else ()
    withheld = answer.withheld if isinstance(answer, Answered | NotCovered) else ()
    return {
        "outcome": answer.outcome,
        "understood": {
            "codes": list(answer.understood.codes),
            "payers": list(answer.understood.payers),
            "unknown_payer": answer.understood.unknown_payer,
            "date_of_service": answer.understood.date_of_service.isoformat(),
            "dated": answer.understood.dated,
        },
        "verdict": answered.verdict.value if answered and answered.verdict else None,
        "answer": as_text(answer, phrases),
        "statements": [
            {"text": statement.text, "citations": list(statement.citations)}
            for statement in (proven.statements if proven else ())
        ],
        "table": [_row(row) for row in (answered.table if answered else ())],
        "citations": [_citation(citation) for citation in (proven.citations if proven else ())],
        "conflicts": [
            {
                "claim": conflict.claim,
                "followed": conflict.followed,
                "claimed_by": [source.title for source in conflict.claimed_by],
                "follows": [source.title for source in conflict.follows],
            }
            for conflict in (answered.conflicts if answered else ())
        ],
        "notices": [notice.text for notice in notices],
        "send": answer.send or None if isinstance(answer, NotCovered) else None,
        "withheld": [{"text": item.text, "reason": item.reason} for item in withheld],
        "milliseconds": round(milliseconds, 1),
    }


def words_to_send_as_text(answer: Answer) -> str:
    """The words ready to send to the payer about what the library cannot answer; else empty."""
    return f"To send to the payer\n{answer.send}" if isinstance(answer, NotCovered) and answer.send else ""


def table_as_text(answer: Answer, phrases: Phrases) -> str:
    """What decides between the codes compared, a line each; empty when nothing is compared.

    Apart from `as_text`, whose word limit is that of the answer itself.
    """
    if not isinstance(answer, Answered) or not answer.table:
        return ""
    lines = [f"{row.code}: {cell.text} {_numbers(cell.citations)}" for row, cell in _deciding(answer)]
    return "\n".join([phrases("table.title"), *lines])


def _deciding(answer: Answered) -> Iterator[tuple[Row, Statement]]:
    """The one cell of each row that plain text has room for: what sets the code apart, unless the answer said it."""
    said = {statement.text for statement in answer.statements}
    for row in answer.table:
        cells = row.cells[::-1]
        yield row, next((cell for cell in cells if cell.text not in said), cells[0])


def _row(row: Row) -> dict[str, Any]:
    return {"code": row.code, "meaning": _cell(row.meaning), "use": _cell(row.use), "apart": _cell(row.apart)}


def _cell(cell: Statement | None) -> dict[str, Any] | None:
    return {"text": cell.text, "citations": list(cell.citations)} if cell else None


def _citation(citation: Citation) -> dict[str, Any]:
    passage, source = citation.passage, citation.source
    return {
        "n": citation.n,
        "quote": citation.quote,
        "title": source.title if source else f"Common practice, no public source ({passage.record})",
        "publisher": _publisher(citation),
        "url": source.url if source else None,
        "file": source.file if source and source.file else passage.file,
        "page": source.page if source else None,
        "place": source.place if source else None,
        "section": passage.heading,
        "authority": citation.authority.value,
        "effective": passage.effective.isoformat() if passage.effective else None,
        "expires": passage.expires.isoformat() if passage.expires and not passage.ended else None,
    }


def _publisher(citation: Citation) -> str:
    """The first source's publisher; a sentence that rests on several pages together says so."""
    if citation.source is None:
        return "Bitewing library"
    more = len(citation.sources) - 1
    return f"{citation.source.publisher} and {more} more" if more else citation.source.publisher


def _numbers(citations: tuple[int, ...]) -> str:
    return "".join(f"[{n}]" for n in citations)


def _lapse_mark(answer: Answered, numbers: tuple[int, ...]) -> str:
    """A cited rule that does not hold on the date of service is marked where it is said."""
    day = answer.understood.date_of_service
    for citation in answer.citations:
        if citation.n in numbers and not citation.passage.in_force(day):
            if citation.passage.effective and citation.passage.effective > day:
                return f" (starts {citation.passage.effective.isoformat()})"
            end = citation.passage.expires
            return f" (ended {end.isoformat()})" if end and not citation.passage.ended else " (no longer in force)"
    return ""


def _within(lines: list[str], extras: list[str]) -> str:
    """All lines, cut at the word limit, then each extra that still fits."""
    spare = MOST_WORDS
    for position, line in enumerate(lines):
        words_of_line = line.split()
        if len(words_of_line) > spare:
            cut = [" ".join([*words_of_line[: max(spare - 1, 0)], "…"])]
            return "\n".join(lines[:position] + cut)
        spare -= len(words_of_line)
    words = sum(len(line.split()) for line in lines)
    for extra in extras:
        if words + len(extra.split()) <= MOST_WORDS:
            lines.append(extra)
            words += len(extra.split())
    return "\n".join(lines)


def sources_as_text(answer: Answer) -> str:
    """The sources of an answer's plain text, a line each: number, title, publisher, place, dates."""
    if not isinstance(answer, Answered | Declined) or not answer.citations:
        return ""
    table = [cell for _, cell in _deciding(answer)] if isinstance(answer, Answered) else []
    said = [*answer.statements, *table]
    cited = {n for statement in said for n in statement.citations}
    rows = [_citation(citation) for citation in answer.citations if citation.n in cited]
    return "\n".join(["Sources", *(f"[{row['n']}] {_source_line(row)}" for row in rows)])


def _source_line(row: dict[str, Any]) -> str:
    dates = [f"{label} {row[key]}" for key, label in (("effective", "from"), ("expires", "until")) if row[key]]
    page = f"page {row['page']}" if row["page"] else None
    place = ", ".join(filter(None, (row["url"] or row["file"], page, row["place"])))
    return "; ".join([f"{row['title']}, {row['publisher']} ({row['authority']})", *dates, place])
