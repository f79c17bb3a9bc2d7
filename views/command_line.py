"""The command line: `bitewing ask | gaps | ingest | library | check | serve`.

Exit status 1: something failed; 2: bad arguments.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import webbrowser
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from assistant.encoder import Encoder
from assistant.errors import BitewingError, InvalidDate, KnowledgeError
from assistant.index import IndexStore
from assistant.phrases import Phrases
from assistant.rendering import as_dict, as_text, sources_as_text, table_as_text, words_to_send_as_text
from assistant.settings import ROOT, Settings
from assistant.types import Turn
from ingest.build import is_stale, shelf_of
from ingest.command import check, describe, ingest, library_list, library_show, take
from views.gap_list import GapList, as_csv

if TYPE_CHECKING:
    from assistant.path import Assistant

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
FIRST_YEAR, LAST_YEAR = 1969, 2100  # CDT began in 1969
BATCH_KEYS = {"id", "question", "history", "payer", "date_of_service"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is returned for the console script."""
    command_line = parser()
    options = command_line.parse_args(arguments)
    try:
        settings = Settings()
    except ValidationError as error:
        names = ", ".join(f"BITEWING_{str(defect['loc'][0]).upper()}" for defect in error.errors())
        command_line.error(f"{names}: not a value that this setting takes; see assistant/settings.py")
    try:
        return int(options.run(options, settings, command_line))
    except BitewingError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read the output, such as `head`, has had enough; Python would complain once more when it closes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"{error.filename or 'A file'} cannot be used: {error.strerror}. Name another place.", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    command_line = argparse.ArgumentParser(
        prog="bitewing", description="Dental coding answers with the proof attached."
    )
    commands = command_line.add_subparsers(required=True, metavar="COMMAND")

    ask = commands.add_parser("ask", help="answer a question, or a file of them")
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    ask.add_argument("--payer", metavar="NAME", help="the payer's name as you say it")
    ask.add_argument("--date", type=_date_argument, metavar="YYYY-MM-DD", help="date of service; today when left out")
    ask.add_argument("--json", action="store_true", help="one JSON object instead of text")
    ask.add_argument("--batch", type=Path, metavar="IN.jsonl", help="questions, one JSON object a line")
    ask.add_argument("--out", type=Path, metavar="OUT.jsonl", help="where the answers to --batch go")
    ask.set_defaults(run=_ask)

    build = commands.add_parser("ingest", help="bring the index up to date with the knowledge and your documents")
    build.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders to copy into the library")
    build.add_argument("--rebuild", action="store_true", help="build it from nothing")
    build.set_defaults(run=_ingest)

    library = commands.add_parser("library", help="the office's documents")
    actions = library.add_subparsers(required=True, metavar="list | show | remove")
    actions.add_parser("list", help="what is in it, and what could not be read").set_defaults(run=_library_list)
    for name, run, about in (
        ("show", _library_show, "what is known of a document, and its text as it is quoted"),
        ("remove", _library_remove, "delete a document from the library and the index"),
    ):
        action = actions.add_parser(name, help=about)
        action.add_argument("name", metavar="NAME", help="as `bitewing library list` shows it")
        action.set_defaults(run=run)

    gaps = commands.add_parser("gaps", help="questions that the library could not answer, the most asked first")
    gaps.add_argument("--csv", action="store_true", help="all of them for a spreadsheet, answered and dismissed too")
    gaps.set_defaults(run=_gaps)

    commands.add_parser("check", help="validate the knowledge").set_defaults(run=_check)

    serve = commands.add_parser("serve", help="open the chat in the browser")
    serve.add_argument("--port", type=int, default=8501)
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    serve.set_defaults(run=_serve)
    return command_line


def _ask(options: argparse.Namespace, settings: Settings, command_line: argparse.ArgumentParser) -> int:
    if options.batch:
        if options.question or options.payer or options.date or not options.out:
            command_line.error("--batch IN.jsonl takes --out OUT.jsonl and neither a question, --payer nor --date")
        if not options.batch.is_file():
            command_line.error(f"{options.batch} is no file; --batch takes a file with one JSON object a line")
        if options.out.resolve() == options.batch.resolve():
            command_line.error("--out must be another file than --batch")
        return _batch(options.batch, options.out, _assistant(settings), Phrases(settings.prompts))
    if options.question is None:
        command_line.error('type a question: bitewing ask "can I bill D9992 for telehealth?"')
    phrases = Phrases(settings.prompts)
    assistant = _assistant(settings)
    started = time.perf_counter()
    answer = assistant.ask(options.question, payer=options.payer, date_of_service=options.date)
    milliseconds = (time.perf_counter() - started) * 1000
    kept = GapList(settings.home).record(answer, assistant.lexicon, date.today())
    if options.json:
        print(json.dumps(as_dict(answer, phrases, milliseconds), ensure_ascii=False))
    else:
        parts = (as_text(answer, phrases), table_as_text(answer, phrases), words_to_send_as_text(answer),
                 sources_as_text(answer))  # fmt: skip
        print("\n\n".join(filter(None, parts)))
        if kept:
            print("Kept in the list of gaps, long numbers masked: bitewing gaps", file=sys.stderr)
    return 0


def _batch(source: Path, target: Path, assistant: Assistant, phrases: Phrases) -> int:
    """Answer every line; a bad line gives an error line with its id, and the rest goes on."""
    failed = False
    with source.open(encoding="utf-8-sig", errors="replace") as lines, target.open("w", encoding="utf-8") as out:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            row: Any = None
            try:
                row = json.loads(line)
                result = _batch_row(row, assistant, phrases)
            except Exception as error:  # whatever one line does, the rest goes on
                failed = True
                name = row.get("id") if isinstance(row, dict) else None
                result = {"id": name, "line": number, "error": str(error) or type(error).__name__}
            # ASCII, because half a surrogate pair in an id would not encode.
            out.write(json.dumps(result) + "\n")
            out.flush()
    return int(failed)


def _batch_row(row: Any, assistant: Assistant, phrases: Phrases) -> dict[str, Any]:
    """One answer line. Raises `ValueError` for a row of another shape."""
    if not isinstance(row, dict) or "id" not in row or not isinstance(row.get("question"), str):
        raise ValueError('a line must be an object with "id" and "question" (text)')
    if unknown := set(row) - BATCH_KEYS:
        raise ValueError(f"unknown keys {', '.join(sorted(unknown))}; known are {', '.join(sorted(BATCH_KEYS))}")
    payer, day = row.get("payer"), row.get("date_of_service")
    if payer is not None and not isinstance(payer, str):
        raise ValueError('"payer" must be a name or null')
    if day is not None and not isinstance(day, str):
        raise ValueError('"date_of_service" must be "YYYY-MM-DD" or null')
    history = _turns(row.get("history") or [])
    started = time.perf_counter()
    answer = assistant.ask(row["question"], history, payer, parse_date(day) if day else None)
    return {"id": row["id"], **as_dict(answer, phrases, (time.perf_counter() - started) * 1000)}


def _turns(history: Any) -> list[Turn]:
    shape = '"history" must be a list of {"role": "user" or "assistant", "content": text}'
    if not isinstance(history, list):
        raise ValueError(shape)
    turns = []
    for turn in history:
        if not isinstance(turn, dict) or turn.get("role") not in ("user", "assistant"):
            raise ValueError(shape)
        if not isinstance(turn.get("content"), str):
            raise ValueError(shape)
        turns.append(Turn(turn["role"], turn["content"]))
    return turns


def _ingest(options: argparse.Namespace, settings: Settings, command_line: argparse.ArgumentParser) -> int:
    gc.disable()  # nearly all that is read is kept to the end of the process; looking for garbage costs a third
    lines = take(settings, options.paths)
    report = ingest(settings, Encoder(settings), options.rebuild)
    print("\n".join([describe(report), *lines]))
    return int(bool(lines or report.look.troubles))


def _library_list(options: argparse.Namespace, settings: Settings, command_line: argparse.ArgumentParser) -> int:
    print(library_list(settings))
    return 0


def _library_show(options: argparse.Namespace, settings: Settings, command_line: argparse.ArgumentParser) -> int:
    print(library_show(settings, options.name))
    return 0


def _library_remove(options: argparse.Namespace, settings: Settings, command_line: argparse.ArgumentParser) -> int:
    shelf_of(settings).remove(options.name)
    print(describe(ingest(settings, Encoder(settings))))
    return 0


def _check(options: argparse.Namespace, settings: Settings, command_line: argparse.ArgumentParser) -> int:
    check(settings)
    return 0


def _gaps(options: argparse.Namespace, settings: Settings, command_line: argparse.ArgumentParser) -> int:
    phrases, kept = Phrases(settings.prompts), GapList(settings.home)
    if options.csv:
        print(as_csv(kept.gaps(None), phrases), end="")
        return 0
    gaps = kept.gaps()
    for gap in gaps:
        named = ", ".join([*gap.codes, *([gap.payer] if gap.payer else [])])
        print(f"{gap.times} × {gap.question}" + (f" [{named}]" if named else ""))
        print(f"    {gap.first_asked.isoformat()} to {gap.last_asked.isoformat()}")
        print(f"    {gap.words(phrases) or gap.advice(phrases)}")
    if not gaps:
        print("Nothing is missing: no question is open.")
    return 0


def _serve(options: argparse.Namespace, settings: Settings, command_line: argparse.ArgumentParser) -> int:
    _fresh_encoder(settings)
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(options.port),
               "--server.address", "localhost", "--browser.gatherUsageStats", "false",
               "--server.headless", "true",]  # fmt: skip
    if not options.no_browser:
        threading.Thread(target=_open_when_ready, args=(options.port,), daemon=True).start()
    with subprocess.Popen(command, env=os.environ) as chat:
        signal.signal(signal.SIGTERM, lambda *_: chat.terminate())  # else the chat would live on without its parent
        try:
            return chat.wait()
        except KeyboardInterrupt:
            return 0


def _open_when_ready(port: int) -> None:
    """Open the browser once the chat answers. Streamlit would do it, but asks for an e-mail address first."""
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2):
                webbrowser.open(f"http://localhost:{port}")
                return
        except OSError:
            time.sleep(0.5)


def _assistant(settings: Settings) -> Assistant:
    """An assistant on an index that matches the knowledge, built first when it does not."""
    from assistant.path import Assistant  # LangChain's retrievers cost a tenth of a rebuild, which needs none

    return Assistant(settings, _fresh_encoder(settings))


def _fresh_encoder(settings: Settings) -> Encoder:
    encoder = Encoder(settings)
    if not is_stale(settings, encoder):
        return encoder
    print("The index does not match the knowledge yet; building it.", file=sys.stderr)
    try:
        print(describe(ingest(settings, encoder)), file=sys.stderr)
    except KnowledgeError as error:
        if IndexStore(settings.home).current() is None:
            raise
        print(f"{error}\nAnswering from the last sound index meanwhile.", file=sys.stderr)
    return encoder


def parse_date(text: str) -> date:
    """A date of service as YYYY-MM-DD. Raises `InvalidDate`."""
    try:
        day = date.fromisoformat(text) if ISO_DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidDate(text)
    return day


def _date_argument(text: str) -> date:
    try:
        return parse_date(text)
    except InvalidDate as error:
        raise argparse.ArgumentTypeError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
