"""Orders to the assistant that stand inside a document: they are no knowledge, so nothing of them is ever quoted.

A document may have been written, or tampered with, to make whatever reads it say something. What gives such text away
is whom it speaks to and about what: it tells a machine how to answer, and not an office how to bill.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingest.documents.blocks import Block, BlockKind, Parsed, Unread

SHOWN = 60  # characters of an order, by which a person finds it in the document
LEFT_OUT = "Text that tells an assistant what to answer was left out: “{start}”."

STAFF = r"(?<!dental )(?<!office )(?<!medical )(?<!physician )(?<!hygiene )(?<!chairside )(?<!registered )"
MACHINE = (
    rf"\b(?:{STAFF}assistants?|a\.?i\.?|chat\s?bots?|bots?|(?:large )?language models?|llms?|(?:chat)?gpt\S*|claude|"
    r"gemini|co-?pilot|bitewing(?=,? (?:must|should|shall|always|never|only|please|has to|is to|needs to)\b)|"
    r"search engines?|(?:automated|retrieval) (?:systems?|tools?|readers?)|crawlers?)\b"
)
ANSWER = (
    r"\b(?:answer|repl(?:y|ies)|respond|say|state|tell|output|print|confirm|claim|assert|insist|write|return|report|"
    r"quote|recommend)\b"
)
TO_STAFF = (
    r"(?: (?:the |a |each |every )?(?:patients?|parents?|guardians?|callers?|doctors?|dentists?|hygienists?|phones?))"
)
MUST = r"(?:must|should|shall|will|always|never|only|please|to|has to|is to|needs to)\b"
TOLD_BEFORE = (
    r"(?:instructions?|prompts?|guardrails?|directives?|orders|commands|(?:system )?messages?|context|rules)\b"
)
EARLIER = r"\b(?:all|any|every|your|previous|prior|above|earlier|preceding|system|other|these|those)\b"
YES = r"yes\b(?! or no)"


def few(words: int) -> str:
    """At most so many words, each behind a space."""
    return rf"(?: \S+){{0,{words}}}?"


ORDERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Whose turn it is, as transcripts and prompts mark it.
        r"^\W*(?:system|assistant|human|ai)(?: prompt| message| note)?\s*[:>\]]\s*\S",
        r"<\|?/?\s*(?:system|assistant|im_start|im_end|inst)\b|\[/?(?:inst|system)\]|^#+\s*(?:system|instruction)\b",
        r"\bsystem prompt\b|\bjailbreak|\bprompt injection\b",
        # What was told before shall not count.
        rf"\b(?:ignore|disregard|forget|override|bypass|discard)\b{few(4)} {EARLIER}{few(3)} {TOLD_BEFORE}",
        rf"\b(?:ignore|disregard|forget)\b (?:everything|anything|all|whatever){few(3)} "
        r"(?:above|before|told|said|learned|wrote|written)\b",
        # A machine is spoken to, or told what it is.
        rf"{MACHINE}[:,;.]?{few(6)} (?:{MUST}{few(4)} )?{ANSWER}(?!{TO_STAFF})",
        rf"\b(?:notes?|letters?|messages?|instructions?|attention|important|hints?|memo)\b\W*(?:to|for)?\W+"
        rf"(?:(?:the|any|all|every|our|your) )?(?:\S+ )?{MACHINE}",
        r"\b(?:you are|you're|act as|behave as|pretend(?: to be| that you are)?)(?: now)? (?:an? |the )?(?:\S+ ){0,3}?"
        r"(?:assistant|a\.?i\.?|chat\s?bot|bot|language model|model|expert system)\b",
        # How to answer, whoever asks.
        rf"\b(?:always|must|only|from now on,?|henceforth,?|no matter what,?|please|simply|just){few(3)} "
        rf"(?:answer|repl(?:y|ies)|respond|say)\b,? (?:{YES}|(?:that|with|no|only)\b.{{0,60}}\b(?:when|whenever|if|"
        r"asked|questions?|users?)\b)",
        rf"\b(?:when(?:ever)?|if|each time)\b (?:a |an |the |any |some)?(?:users?|someone|somebody|anyone|anybody|one|"
        rf"staff|people) (?:asks?|inquires?|queries|questions?|wants? to know)\b.{{0,120}}{ANSWER}",
        r"\b(?:when(?:ever)?|if)\b (?:you are |you're )?asked\b.{0,120}\b(?:answer|reply|respond|say|state|output)\b "
        rf"(?:{YES}|(?:that|with|no|only)\b|[“\"‘'])",
        rf"\b(?:every|all|any|each)\b{few(2)} (?:questions?|quer(?:y|ies)|answers?|responses?)\b{few(8)} "
        rf"(?:(?:must|should|shall) be (?:answered|covered|yes|no)\b|(?:must|should|shall|will|is|are)\b{few(4)} yes)",
        rf"\b(?:only|correct|right|true|proper|approved|official) (?:answers?|responses?|repl(?:y|ies))\b{few(6)} "
        r"(?:questions?|quer(?:y|ies)|users?|D\d{4})\b",
        r"\b(?:answer|reply|respond|say)\W+(?:with )?[“\"'‘]?(?:yes|no)\b[”\"'’]?(?! or)"
        r"(?:.{0,60}\b(?:questions?|asked|asks|regardless|always|users?)\b|\s*to (?:all|any|every|each)\b)",
        r"\b(?:do not|don't|never) (?:mention|reveal|cite|quote|disclose|show|tell)\b.{0,40}\b(?:instructions?|"
        r"prompts?|sources?|citations?|the users?|this (?:note|text|sentence|message))\b",
    )
)


def is_order(text: str) -> bool:
    """Whether a text tells an assistant how to answer."""
    plain = " ".join(text.split())
    return any(pattern.search(plain) for pattern in ORDERS)


def without_orders(parsed: Parsed) -> Parsed:
    """The document without paragraphs and rows that hold an order; each is told, with its page and how it begins.

    An order that announces something, as a heading or by its colon at the end, takes along what stands below it up to
    the next heading.
    """
    left_out: list[Unread] = []
    blocks = tuple(_honest(parsed.blocks, left_out))
    title = "" if is_order(parsed.title) else parsed.title
    return replace(parsed, blocks=blocks, title=title, unread=(*parsed.unread, *left_out)) if left_out else parsed


def _honest(blocks: Iterable[Block], left_out: list[Unread]) -> Iterator[Block]:
    announced = False
    for block in blocks:
        is_heading = block.kind is BlockKind.HEADING
        announced = announced and not is_heading
        if announced or is_order(block.text):
            announced = announced or is_heading or block.text.rstrip().endswith(":")
            start = block.text if len(block.text) <= SHOWN else f"{block.text[:SHOWN].rstrip()}…"
            left_out.append(Unread(LEFT_OUT.format(start=start), block.page))
        else:
            yield block
