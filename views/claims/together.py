"""Lines that stand ill together: the same line twice, and codes that are usually not paid beside each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations

from assistant.index import Index
from assistant.lexicon import codes_in
from assistant.limits import holds_on
from assistant.types import Citation, Passage
from views.claims.findings import Finding, Kind, Severity
from views.claims.lines import Line
from views.claims.needs import Needs, guide_saying, own_sentences, sentences_of
from views.claims.periods import within

DUPLICATES = re.compile(r"\bCARC 18 means an exact duplicate\b")
CONNECTED = re.compile(r"\bconnected surfaces (?:on|of) one tooth as (?:one|separate)\b")


class Scope(StrEnum):
    """What two lines must share for a sentence on both to speak of them."""

    TOOTH = "tooth"
    QUADRANT = "quadrant"
    ARCH = "arch"


SCOPES = (
    (
        Scope.TOOTH,
        re.compile(
            r"\b(?:the|same|one) "
            r"(?:tooth|teeth|surface|implant|site|lesion|space|socket|root|canal|crown|inlay|onlay|clasp)\b"
        ),
    ),
    (Scope.QUADRANT, re.compile(r"\bsame quadrant\b")),
    (Scope.ARCH, re.compile(r"\bsame (?:upper |lower )?(?:arch|denture|partial|prosthesis|appliance)\b")),
)
ON_A_DAY = re.compile(r"\bsame (?:day|date|visit|session|survey|series|exam|time|encounter)\b|\bon the date of\b")
# What a payer's rule says of codes on the same day: those before the words against those after them.
BESIDE = re.compile(
    r"\b(?:separately )?on the (?:same )?(?:day|date)(?: of service)?(?: as|\s+of)\b|\btogether with\b|\bnot with\b"
    r"|\bas included with\b|\bdenied with\b|\bof them with\b"
    r"|\band\b(?=(?:\([^)]*\)|[^.;,(])*\btogether on the same (?:day|date)\b)"
)
REFUSES = re.compile(r"\b(?:not|nor|no|den(?:y|ies|ied)|disallow\w*|included|never)\b", re.IGNORECASE)
DENIED_BESIDE = re.compile(r"\bsame (?:date|day|tooth|visit)\b|\b(?:include|bundle) it (?:in|with)\b")
# What lines do not tell: how the plan bundles, and whether it was one bridge.
DEPENDS = re.compile(
    r"\b(?:when|unless|if|plans that|some plans|plan rule|working images|payers that)\b"
    r"|\bsame (?:bridge|splint|repair|case|plan|period|course|wound|duct)\b",
    re.IGNORECASE,
)
SOME_SERVICE = re.compile(r"\b(?:an?|another|or|with) ([a-z]{4,})(?: ([a-z]{4,}))?")
ANY_OTHER = re.compile(r"\bwith any other service\b")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two codes of which a sentence says that they are not paid together."""

    codes: frozenset[str]
    said: Citation


def findings_of(
    lines: Sequence[Line], needs: Mapping[tuple[str, date], Needs], index: Index, payer: str | None
) -> Iterator[Finding]:
    """Every line that repeats another, then every two lines that a source sets against each other."""
    yield from _repeated([line for line in lines if _comes_once(line, needs[line.code, line.day])], index)
    yield from _sharing_surfaces(lines, index)
    pairs = {key: tuple(_pairs(*key, index)) for key in {(line.code, line.day) for line in lines}}
    for one, other in combinations(lines, 2):
        numbers = (one.number, other.number)
        if rules := _refused(one, other, index, payer):
            text = f"The payer does not take {one.code} together with {other.code}."
            yield Finding(Kind.TOGETHER, Severity.CHECK, numbers, text, tuple(rules))
        said = _against(one, other, (*pairs[one.code, one.day], *pairs[other.code, other.day]))
        often = [] if not said else _often_together(one, other, index)
        if often or (said and all(DEPENDS.search(citation.quote) for citation in said)):
            text = f"Whether {one.code} is paid beside {other.code} depends on the plan or the case."
            yield Finding(Kind.TOGETHER, Severity.OPEN, numbers, text, (*said, *often))
        elif said:
            text = f"{one.code} and {other.code} are usually not paid together."
            yield Finding(Kind.TOGETHER, Severity.CHECK, numbers, text, tuple(said))


def _repeated(lines: Sequence[Line], index: Index) -> Iterator[Finding]:
    said = guide_saying(index, "guide/denial-codes", DUPLICATES)
    for one, other in combinations(lines, 2):
        if one.code and _what(one) == _what(other):
            text = "Both lines report the same on the same day."
            yield Finding(Kind.REPEATED, Severity.CHECK, (one.number, other.number), text, tuple(filter(None, (said,))))


def _comes_once(line: Line, needs: Needs) -> bool:
    """Whether the same line cannot come twice: images and quarters of an hour can."""
    return needs.place is not None or needs.unit == "visit" or (needs.is_open and bool(line.teeth or line.areas))


def _what(line: Line) -> tuple[str, date, frozenset[str], frozenset[str], frozenset[str]]:
    return line.code, line.day, frozenset(line.teeth), frozenset(line.areas), frozenset(line.surfaces)


def _sharing_surfaces(lines: Sequence[Line], index: Index) -> Iterator[Finding]:
    """Two fillings of one tooth that share a surface, so that they are one."""
    for one, other in combinations(lines, 2):
        shared = sorted(set(one.surfaces) & set(other.surfaces))
        teeth = sorted(set(one.teeth) & set(other.teeth))
        if not shared or not teeth or one.day != other.day or _what(one) == _what(other):
            continue
        told = own_sentences(one.code, index, one.day, "not_when", "use_when")
        if said := next((citation for citation in told if CONNECTED.search(citation.quote)), None):
            text = f"Both lines restore surface {', '.join(shared)} of tooth {teeth[0]}."
            yield Finding(Kind.REPEATED, Severity.CHECK, (one.number, other.number), text, (said,))


def _pairs(code: str, day: date, index: Index) -> Iterator[Pair]:
    """What the code's own entry sets it against."""
    for one in own_sentences(code, index, day, "not_with", "denials"):
        if one.passage.section == "denials" and not (
            DENIED_BESIDE.search(one.quote) and not re.search(r"\b(?:not|nothing|no)\b", one.quote)
        ):
            continue
        others = set(codes_in(one.quote)) - {code} or _meant(one.quote, index)
        if not others and ANY_OTHER.search(one.quote):
            others = set(index.lexicon.code) - {code}
        yield from (Pair(frozenset((code, other)), one) for other in others)


def _meant(sentence: str, index: Index) -> set[str]:
    """The codes of a service that a sentence names in words: "a reline of the same denture" means all relines."""
    words = "|".join({word for found in SOME_SERVICE.findall(sentence) for word in found if word})
    named = re.compile(rf"(?:\w+ )?(?:{words})s?")
    return {code for family in index.lexicon.code_families if named.fullmatch(family.name) for code in family.codes}


def _against(one: Line, other: Line, pairs: Sequence[Pair]) -> list[Citation]:
    """The sentences that set two lines against each other, each once."""
    found = [pair.said for pair in pairs if pair.codes == {one.code, other.code} and one.code != other.code]
    return list({citation.quote: citation for citation in found if _speaks_of(citation.quote, one, other)}.values())


def _speaks_of(sentence: str, one: Line, other: Line) -> bool:
    """Whether two lines share what the sentence is about."""
    scopes = [scope for scope, pattern in SCOPES if pattern.search(sentence)]
    if (allowed := within(sentence)) is not None:
        return abs((one.day - other.day).days) < allowed and _share(scopes, one, other)
    if one.day != other.day and (ON_A_DAY.search(sentence) or not scopes):
        return False
    return _share(scopes, one, other)


def _share(scopes: Sequence[Scope], one: Line, other: Line) -> bool:
    """Whether the lines share one of the places, or name none where they could differ."""
    if not scopes:
        return True
    shared = {
        Scope.TOOTH: bool(set(one.teeth) & set(other.teeth)),
        Scope.QUADRANT: bool(one.quadrants & other.quadrants),
        Scope.ARCH: bool(one.arches & other.arches) or not (one.arches and other.arches),
    }
    return any(shared[scope] for scope in scopes)


def _often_together(one: Line, other: Line, index: Index) -> list[Citation]:
    """What the records say of billing the two together."""
    told = [
        *own_sentences(one.code, index, one.day, "billed_with"),
        *own_sentences(other.code, index, one.day, "billed_with"),
    ]
    return [citation for citation in told if {one.code, other.code} <= set(codes_in(citation.quote))]


def _refused(one: Line, other: Line, index: Index, payer: str | None) -> list[Citation]:
    """The rules of the payer that refuse the one on the day of the other."""
    if payer is None or one.day != other.day or one.code == other.code:
        return []
    rules = [p for p in index.naming(one.code) if p.is_rule and p.payer == payer and p.in_force(one.day)]
    return [said for rule in rules if other.code in rule.codes for said in _refusing(rule, one, other)]


def _refusing(rule: Passage, one: Line, other: Line) -> Iterator[Citation]:
    for said in sentences_of(rule):
        if not holds_on(one.day, said.quote):
            continue
        for clause in re.split(r"(?<=\.) |; | and it (?=denies)", said.quote):
            parts = [set(codes_in(part)) for part in BESIDE.split(clause)]
            apart = any(
                a != b and one.code in parts[a] and other.code in parts[b]
                for a in range(len(parts))
                for b in range(len(parts))
            )
            scopes = [scope for scope, pattern in SCOPES if pattern.search(clause)]
            if apart and _refuses(clause) and _share(scopes, one, other):
                yield said
                break


def _refuses(clause: str) -> bool:
    """Whether it refuses before it names what stands beside: "not on the same date as", no "when … did not settle"."""
    beside = BESIDE.search(clause)
    return beside is not None and REFUSES.search(clause[: beside.end()]) is not None
