"""`bitewing ingest`, `bitewing library` and `bitewing check`: what they do and what they print."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from assistant.encoder import Encoder
from assistant.index import IndexStore, read_passages
from assistant.settings import Settings
from assistant.types import PassageKind
from ingest.build import BuildReport, build_index, shelf_of
from ingest.check import check_knowledge
from ingest.documents.blocks import Unread
from ingest.documents.shelf import Document, Look
from ingest.passages import lexicon_of

PAGES_TOLD = 10  # of one document that could not be read; more are counted


def ingest(settings: Settings, encoder: Encoder, rebuild: bool = False) -> BuildReport:
    """Build the index with progress bars on standard error, one for files and one for passages."""
    with (
        tqdm(unit=" files", desc="Reading", file=sys.stderr, disable=None, leave=False) as files,
        tqdm(unit=" passages", desc="Encoding", file=sys.stderr, disable=None, leave=False) as bar,
    ):
        move_files = _moving(files)

        def reading(name: str, done: int, total: int) -> None:
            files.set_postfix_str(name)
            move_files(done, total)

        return build_index(settings, encoder, _moving(bar), reading, rebuild)


def take(settings: Settings, paths: Iterable[Path]) -> list[str]:
    """Copy files and folders into the library; a line for each that was not taken. Raises `DocumentError`."""
    _, refused = shelf_of(settings).take(paths)
    return [f"Not taken {path}: {why}." for path, why in refused]


def describe(report: BuildReport) -> str:
    """Counts on one line, then a line for each document that is new or gone and for everything that was skipped."""
    state = "Index is up to date" if report.unchanged else "Index built"
    counts = f"{report.codes} codes, {report.rules} payer rules, {report.guides} guides"
    if report.look.documents:
        count = len(report.look.documents)
        counts += f", {count} document{'s' if count > 1 else ''} of the office"
    work = f"{report.encoded} encoded, {report.reused} unchanged and not encoded again"
    return "\n".join(
        [
            f"{state}. {counts}: {report.passages} passages; {work}.",
            *told_of(report.look),
            *(f"Skipped {name}: {why}." for name, why in report.skipped),
        ]
    )


def told_of(look: Look) -> Iterator[str]:
    """A line for each document that is new, changed, renamed, gone or double, and for what could not be read."""
    yield from _changes(look)
    yield from _defects(look)


def _changes(look: Look) -> Iterator[str]:
    documents = {document.name: document for document in look.documents}
    yield from (f"Renamed {old} to {new}; nothing was read again." for old, new in look.renamed)
    for word, names in (("Added", look.added), ("Changed", look.changed)):
        yield from (f"{word} {one_line(documents[name])}" for name in names if name in documents)
    for name in (*look.added, *look.changed):
        if name in documents and documents[name].facts.payer_untold:
            yield f"{name} does not say which payer it is of; tell it on the page Library."
    yield from (f"Gone {name}: it is no longer in the library, nor in the index." for name in look.gone)
    yield from (f"Double {name}: the same file as {first}; taken once." for name, first in look.doubles)


def _defects(look: Look) -> Iterator[str]:
    yield from (f"Not read {name}: {why}" for name, why in look.troubles)
    for document in look.documents:
        yield from (f"{document.name}, {line}" for line in unread_lines(document.parsed.unread))


def unread_lines(unread: Iterable[Unread]) -> Iterator[str]:
    """What of a document could not be read, pages with the same reason together."""
    pages: dict[str, list[int]] = {}
    for one in unread:
        pages.setdefault(one.why, []).extend([one.page] if one.page else [])
    for why, numbers in pages.items():
        shown = ", ".join(map(str, numbers[:PAGES_TOLD]))
        more = f" and {len(numbers) - PAGES_TOLD} more" if len(numbers) > PAGES_TOLD else ""
        yield f"page {shown}{more}: {why}" if numbers else why


def one_line(document: Document) -> str:
    """A document's name and what is known of it."""
    facts = document.facts
    in_force = " to ".join(day.isoformat() if day else "…" for day in (facts.effective, facts.expires))
    parts = [
        facts.kind.value, facts.payer, facts.program, facts.state, f"CDT {facts.edition}" if facts.edition else None,
        f"in force {in_force}" if facts.effective or facts.expires else None,
        f"dated {facts.dated.isoformat()}" if facts.dated else None,
        f"{document.parsed.pages} pages" if document.parsed.pages else None,
    ]  # fmt: skip
    return f"{document.name}: “{facts.title}”, {', '.join(filter(None, parts))}."


def library_list(settings: Settings) -> str:
    """A line for each document, then what could not be read. Reads new files, but builds no index."""
    look = look_at(settings)
    if not look.documents and not look.troubles:
        return f"The library is empty. Put files into {settings.library} or run `bitewing ingest PATH`."
    return "\n".join([*map(one_line, look.documents), *_defects(look)])


def library_show(settings: Settings, name: str) -> str:
    """What is known of a document, then its text, each passage under its place. Raises `DocumentError`."""
    shelf_of(settings).path(name)
    look = look_at(settings)
    document = next((document for document in look.documents if document.name == name), None)
    if document is None:
        return "\n".join(f"Not read {bad}: {why}" for bad, why in (*look.troubles, *look.doubles) if bad == name)
    folder = IndexStore(settings.home).current()
    held = [
        passage
        for passage in (read_passages(folder) if folder else ())
        if passage.kind is PassageKind.DOCUMENT and passage.file == name
    ]
    lines = [one_line(document), *(f"Corrected by hand: {field}." for field in document.corrected)]
    lines += list(unread_lines(document.parsed.unread))
    for passage in held:
        source = passage.sentences[0].sources[0]
        place = ", ".join(filter(None, (source.where, passage.section)))
        lines += ["", f"[{place}]", passage.text]
    if not held:
        lines.append("It is not in the index yet; run `bitewing ingest`.")
    return "\n".join(lines)


def look_at(settings: Settings) -> Look:
    """The library as it stands, by the names that the knowledge knows. Raises `KnowledgeError`."""
    return shelf_of(settings).look(lexicon_of(check_knowledge(settings.knowledge)))


def check(settings: Settings) -> None:
    """Validate the knowledge and print what it holds. Raises `KnowledgeError`."""
    knowledge = check_knowledge(settings.knowledge)
    rules = sum(len(payer_file.rules) for _, payer_file in knowledge.payers)
    print(
        f"{settings.knowledge}: {len(knowledge.codes)} codes, {rules} rules of {len(knowledge.payers)} payers, "
        f"{len(knowledge.guides)} guides, {len(knowledge.editions)} CDT editions; all sound."
    )


def _moving(bar: tqdm[NoReturn]) -> Callable[[int, int], None]:
    def move(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return move
