"""A transcript as Markdown that reads well as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from views.transcript import Block, Items, Note, Paragraph, Proof, Question, Title, Verdict

# People read the file as it stands too, so only what would be taken for a mark is escaped: signs that count anywhere,
# those that count at the beginning of a line or the end of a heading, and the dot that makes a number one of a list.
MARK = re.compile(r"([\\`*_<>|~$]|&(?=#?\w+;)|\](?=[(:])|^[#+\-=\[]|#(?=\s*$))")
BRACKET = re.compile(r"(?<!\\)([\[\]])")  # in the words of a link
NUMBER = re.compile(r"^(\d{1,9})([.)])")


def as_markdown(blocks: Iterable[Block]) -> str:
    """The text of a file; every word of the transcript is shown as it is, whatever signs it holds."""
    return "\n\n".join(part for block in blocks for part in _parts(block) if part) + "\n"


def _parts(block: Block) -> Iterator[str]:
    match block:
        case Title(text):
            yield f"# {_line(text)}"
        case Question(text, facts):
            yield "## Question"
            yield _lines(text, "> ")
            yield "  \n".join(f"**{_line(name)}:** {_line(value)}" for name, value in facts)
        case Verdict(text):
            yield f"### {_line(text)}"
        case Paragraph(text):
            yield _lines(text)
        case Note(label, text):
            yield f"**{_line(label)}**"
            yield _lines(text, "> ")
        case Items(label, texts):
            if label and texts:
                yield f"**{_line(label)}**"
            yield "\n".join(f"- {_line(text)}" for text in texts)
        case Proof():
            yield from _proof(block)


def _proof(proof: Proof) -> Iterator[str]:
    title = BRACKET.sub(r"\\\1", _line(proof.title))
    yield f"**[{proof.n}]** " + (f"[{title}]({_address(proof.url)})" if proof.url else title)
    yield _lines(proof.quote, "> ")
    yield "\n".join(f"- {_line(name)}: {_line(value)}" for name, value in proof.facts)


def _line(text: str) -> str:
    """One line, whatever its white space was."""
    return NUMBER.sub(r"\1\\\2", MARK.sub(r"\\\1", " ".join(text.split())))


def _lines(text: str, before: str = "") -> str:
    """Lines that stay lines, each with what stands before it."""
    return "  \n".join(f"{before}{_line(line)}" for line in text.strip().splitlines() if line.strip())


def _address(url: str) -> str:
    return f"<{url.replace('<', '%3C').replace('>', '%3E').replace(' ', '%20')}>"
