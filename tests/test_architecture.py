"""The house as ARCHITECTURE.md draws it, held against the code's imports."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from assistant.settings import ROOT, Settings

PACKAGES = {"assistant", "ingest", "views", "evals", "app"}
MAY_IMPORT = {
    "assistant": {"assistant"},
    "ingest": {"assistant", "ingest"},
    "evals": {"assistant", "ingest", "evals"},
    "views": {"assistant", "ingest", "evals", "views"},
    "app": {"assistant", "ingest", "views"},
}
# Rooms of assistant/ from the ground up: each may import only what stands in its row.
ROOMS = {
    "errors": set(),
    "types": set(),
    "settings": set(),
    "phrases": {"errors"},
    "lexicon": {"types"},
    "exported": {"errors"},
    "encoder": {"errors", "exported", "settings"},
    "proof": {"lexicon", "types"},
    "spelling": set(),
    "comparison": {"lexicon", "proof", "types"},
    "index": {"encoder", "errors", "lexicon", "proof", "spelling", "types"},
    "dates": {"types"},
    "limits": {"dates", "proof"},
    "mouth": {"limits"},
    "choices": {"lexicon", "mouth", "types"},
    "question_form": set(),
    "strangers": set(),
    "understand": {"choices", "dates", "errors", "lexicon", "question_form", "spelling", "strangers", "types"},
    "retrieve": {"encoder", "index", "settings", "types"},
    "boundaries": {"encoder", "lexicon", "types"},
    "rank": {"index", "lexicon", "proof", "types"},
    "bearing": {"lexicon", "proof", "rank", "types"},
    "verdict": {"lexicon", "limits", "proof", "rank", "types"},
    "notices": {"lexicon", "phrases", "rank", "types"},
    "quoted": {
        "bearing",
        "index",
        "lexicon",
        "limits",
        "notices",
        "phrases",
        "proof",
        "rank",
        "settings",
        "types",
        "verdict",
    },
    "rendering": {"phrases", "types"},
}
ONLY_IMPORTER = {
    "chromadb": "assistant/index.py",
    "streamlit": "views/",
    "sentence_transformers": "assistant/exported.py",
}


def sources() -> list[Path]:
    folders = [ROOT / name for name in ("assistant", "ingest", "views", "evals")]
    return [ROOT / "app.py", *(path for folder in folders for path in sorted(folder.glob("**/*.py")))]


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_packages_import_only_downhill(path: Path) -> None:
    own = {name.split(".")[0] for name in imports_of(path)} & PACKAGES
    package = path.relative_to(ROOT).parts[0].removesuffix(".py")
    assert own <= MAY_IMPORT[package], f"{name_of(path)} imports {own - MAY_IMPORT[package]}"


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_only_what_stands_below(room: str) -> None:
    used = {
        name.split(".")[1] for name in imports_of(ROOT / "assistant" / f"{room}.py") if name.startswith("assistant.")
    }
    assert used <= ROOMS[room], f"assistant/{room}.py imports {used - ROOMS[room]}"


def test_every_room_is_in_the_table() -> None:
    modules = {path.stem for path in (ROOT / "assistant").glob("*.py")} - {"__init__", "path"}
    assert modules == set(ROOMS)


@pytest.mark.parametrize(("library", "home"), ONLY_IMPORTER.items())
def test_a_library_has_one_importer(library: str, home: str) -> None:
    importers = [name_of(path) for path in sources() if any(n.split(".")[0] == library for n in imports_of(path))]
    assert importers, f"nothing imports {library}"
    assert all(name.startswith(home) or (name == "app.py" and library == "streamlit") for name in importers), importers


def test_knowledge_and_prompts_hold_no_code() -> None:
    assert not [path for folder in ("knowledge", "prompts") for path in (ROOT / folder).rglob("*.py")]


def test_settings_stay_small() -> None:
    assert len(Settings.model_fields) <= 20
