"""The README's commands and its printed answer are real."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest

from assistant.path import Assistant
from assistant.phrases import Phrases
from assistant.rendering import as_text, sources_as_text
from assistant.settings import ROOT, Settings
from views.command_line import parser

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def shell_lines() -> list[str]:
    blocks = re.findall(r"```(?:sh|bat|console)\n(.*?)```", README, re.DOTALL)
    lines = [line.split("#")[0].strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if re.match(r"(?:make|bitewing|py|\.venv\\)", line)]


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"\bmake (\w+)`?", README)) - {"does"}
    assert targets
    assert all(re.search(rf"^{target}:", MAKEFILE, re.MULTILINE) for target in targets if target != "three"), targets


@pytest.mark.parametrize("line", [line for line in shell_lines() if line.startswith("bitewing")])
def test_bitewing_commands_parse(line: str) -> None:
    parser().parse_args(shlex.split(line)[1:])


def test_the_console_script_exists() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"bitewing": "views.command_line:main"}
    assert any("torch==2.13.0" in requirement for requirement in project["dependencies"])


def test_the_printed_answer_is_what_bitewing_says(assistant: Assistant, settings: Settings) -> None:
    block = re.search(r"```console\n\$ bitewing ask \"(.*?)\"\n(.*?)```", README, re.DOTALL)
    assert block is not None
    answer = assistant.ask(block.group(1))
    printed = "\n\n".join((as_text(answer, Phrases(settings.prompts)), sources_as_text(answer)))
    assert block.group(2).strip() == printed


def test_the_picture_is_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    assert all((ROOT / picture).stat().st_size > 10_000 for picture in pictures)


def test_settings_named_in_the_readme_exist() -> None:
    names = set(re.findall(r"BITEWING_([A-Z_]+)", README))
    assert {name.lower() for name in names} <= set(Settings.model_fields)
