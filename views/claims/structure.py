"""Whether each line stands by itself: its code on its day, its tooth, quadrant or arch, its surfaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from assistant.index import Index
from assistant.lexicon import CodeFamily
from assistant.types import Citation, PassageKind
from views.claims.findings import Finding, Kind, Severity
from views.claims.lines import ARCHES, QUADRANTS, SURFACES, Line, is_tooth, place_of, quadrant_of
from views.claims.needs import NUMBERING_GUIDE, Needs, Place, guide_saying, own_sentences, sentences_of

PERMANENT_NUMBERS, PRIMARY_LETTERS = re.compile(r"\bnumbered 1 to 32\b"), re.compile(r"\blettered A to T\b")
SURFACE_LETTERS = re.compile(r"\bSurface letters are\b")
CHEWING_OR_EDGE = re.compile(r"\bSurface O is .*\bsurface I is\b")
SEVERAL_TEETH = re.compile(r"\bSeveral teeth on one claim line\b")
DECIDED_BY_MOUTH = ("region", "tooth", "dentition", "arch")
"""The attributes of `choices.yaml` that a tooth or an area tells."""
MANY = ("one", "two", "three", "four")  # how `choices.yaml` counts surfaces; four stands for more too


def findings_of(line: Line, needs: Needs, index: Index, today: date) -> Iterator[Finding]:
    """All that is wrong with a line by itself."""
    yield from (_of(line, Kind.READING, Severity.FIX, said) for said in line.unread)
    if line.day > today:
        said = f"The date of service, {line.day.isoformat()}, has not come yet."
        yield _of(line, Kind.DATE, Severity.FIX, said)
    if line.code not in index.lexicon.code:
        yield _of(line, Kind.CODE, Severity.FIX, _unknown(line.code))
        return
    if not index.lexicon.code[line.code].valid_on(line.day):
        said = f"{line.code} is not in the code set on {line.day.isoformat()}."
        yield _of(line, Kind.CODE, Severity.FIX, said, *_editions(line.code, index))
    yield from _place(line, needs, index)
    yield from _teeth(line, index)
    yield from _surfaces(line, needs, index)
    yield from _misplaced(line, index)


def _of(line: Line, kind: Kind, severity: Severity, text: str, *proof: Citation) -> Finding:
    return Finding(kind, severity, (line.number,), text, proof)


def _unknown(code: str) -> str:
    if not code:
        return "The line has no code."
    if re.fullmatch(r"D\d{4}", code):
        return f"{code} is in no list of codes that the library holds. Check the number in your CDT book."
    return f"“{code}” is not written as a code is. Look for a slip of the pen."


def _editions(code: str, index: Index) -> tuple[Citation, ...]:
    """What the library says of the editions in which a code came and went."""
    changes = [p for p in index.naming(code) if p.kind is PassageKind.CHANGE or p.section == "editions"]
    said = [one for passage in changes for one in sentences_of(passage) if code in one.quote]
    own = [one for one in said if one.passage.record == code and re.search(r"\b(?:added|deleted)\b", one.quote)]
    return tuple(own or said[:1])


def _place(line: Line, needs: Needs, index: Index) -> Iterator[Finding]:
    """A tooth, quadrant or arch that is missing, or more of them than one line counts."""
    if needs.place is Place.TOOTH:
        if not line.teeth:
            yield _of(line, Kind.PLACE, Severity.FIX, f"The line has no tooth, which {line.code} needs.", *needs.said)
        elif len(line.teeth) > 1 and (said := guide_saying(index, NUMBERING_GUIDE, SEVERAL_TEETH)):
            text = f"The line names {len(line.teeth)} teeth. Give each its own line, unless the payer takes several."
            yield _of(line, Kind.PLACE, Severity.CHECK, text, *needs.said[:1], said)
    elif needs.place is Place.QUADRANT:
        named = [area for area in line.areas if area in QUADRANTS]
        if not named:
            text = f"The line has no quadrant, which {line.code} needs.{_stands(line)}"
            yield _of(line, Kind.PLACE, Severity.FIX, text, *needs.said)
        elif len(named) > 1:
            text = f"The line names {len(named)} quadrants. Give each its own line."
            yield _of(line, Kind.PLACE, Severity.CHECK, text, *needs.said)
    elif needs.place is Place.ARCH and not any(area in ARCHES for area in line.areas):
        yield _of(line, Kind.PLACE, Severity.FIX, f"The line has no arch, which {line.code} needs.", *needs.said)


def _stands(line: Line) -> str:
    """Which quadrant the teeth of a line stand in, for who left it out."""
    quadrants = sorted(line.quadrants)
    return f" Its teeth stand in {' and '.join(quadrants)}." if quadrants else ""


def _teeth(line: Line, index: Index) -> Iterator[Finding]:
    """Teeth that there are not, and those that stand elsewhere than the line says."""
    wrong = [tooth for tooth in line.teeth if not is_tooth(tooth)]
    if wrong:
        pattern = PERMANENT_NUMBERS if wrong[0].isdecimal() else PRIMARY_LETTERS
        said = guide_saying(index, NUMBERING_GUIDE, pattern)
        yield _of(line, Kind.TOOTH, Severity.FIX, f"There is no tooth {' or '.join(wrong)}.", *filter(None, (said,)))
    named = {area for area in line.areas if area in QUADRANTS}
    for tooth in line.teeth:
        quadrant = quadrant_of(tooth)
        arches = {area.arch for area in line.areas if area.arch}
        if quadrant and ((named and quadrant not in named) or (not named and arches and quadrant.arch not in arches)):
            written = " and ".join(line.areas)
            text = f"Tooth {tooth} stands in {quadrant}, and the line says {written}."
            yield _of(line, Kind.TOOTH, Severity.FIX, text)


def _surfaces(line: Line, needs: Needs, index: Index) -> Iterator[Finding]:
    """Surfaces that are missing, miscounted, no surfaces, or none of such a tooth."""
    letters = set(line.surfaces)
    if strange := letters - set(SURFACES):
        said = guide_saying(index, NUMBERING_GUIDE, SURFACE_LETTERS)
        text = f"{', '.join(sorted(strange))} in “{line.surfaces}” is no surface letter."
        yield _of(line, Kind.SURFACES, Severity.FIX, text, *filter(None, (said,)))
        return
    yield from _chewing_or_edge(line, index)
    if needs.surfaces is None:
        return
    if not letters:
        text = f"The line has no surfaces, and {line.code} is chosen by their number."
        yield _of(line, Kind.SURFACES, Severity.FIX, text, needs.surfaces.said)
        return
    count = _count(line.surfaces)
    if not needs.surfaces.fits(count):
        text = f"{line.surfaces} names {count} surface{'s' if count > 1 else ''}, which is not what {line.code} counts."
        instead = _like(line, index)
        proof = (needs.surfaces.said, *instead)
        yield Finding(Kind.SURFACES, Severity.FIX, (line.number,), text + _fits(instead), proof, reckoned=(str(count),))


def _chewing_or_edge(line: Line, index: Index) -> Iterator[Finding]:
    """A chewing surface on a front tooth, or a biting edge on a back one."""
    regions = {place_of(tooth).get("region") for tooth in line.teeth if is_tooth(tooth)}
    said = guide_saying(index, NUMBERING_GUIDE, CHEWING_OR_EDGE)
    if said is None or len(regions) != 1:
        return
    wrong = {"front": "O", "back": "I"}[regions.pop() or ""]
    if wrong in line.surfaces:
        text = f"Tooth {' and '.join(line.teeth)} has no surface {wrong}."
        yield _of(line, Kind.SURFACES, Severity.FIX, text, said)


def _misplaced(line: Line, index: Index) -> Iterator[Finding]:
    """A code for another tooth or arch than the one named: that of a front tooth on a molar, an upper denture below."""
    family = _family(line.code, index)
    if family is None:
        return
    told = _told(line)
    for name in DECIDED_BY_MOUTH:
        fits, is_there = family.codes[line.code].get(name, ()), told.get(name)
        if not fits or not is_there or is_there & set(fits):
            continue
        said = _saying(line, fits, name, index)
        if said is None:
            continue
        where = f"Tooth {' and '.join(line.teeth)}" if line.teeth else f"{' and '.join(line.areas)}"
        instead = _like(line, index)
        text = f"{where} is not where {line.code} belongs.{_fits(instead)}"
        yield _of(line, Kind.TOOTH, Severity.FIX, text, said, *instead)
        return


def _count(surfaces: str) -> int:
    """How many surfaces are named; B and F name the same outer side."""
    letters = set(surfaces)
    return len(letters - {"B"} if {"B", "F"} <= letters else letters)


def _told(line: Line) -> dict[str, set[str]]:
    """What a line's teeth, areas and surfaces tell, attribute by attribute; nothing where they disagree."""
    teeth = [place_of(tooth) for tooth in line.teeth if is_tooth(tooth)]
    told = {name: {tooth[name] for tooth in teeth} for name in DECIDED_BY_MOUTH if teeth}
    told["arch"] = set(line.arches)
    if line.surfaces:
        told["surfaces"] = {MANY[min(_count(line.surfaces), len(MANY)) - 1]}
    return {name: values for name, values in told.items() if len(values) == 1}


def _family(code: str, index: Index) -> CodeFamily | None:
    return next((family for family in index.lexicon.code_families if code in family.codes), None)


def _saying(line: Line, fits: tuple[str, ...], name: str, index: Index) -> Citation | None:
    """The code's own sentence that names where it belongs."""
    attribute = next(one for one in index.lexicon.choice_attributes if one.name == name)
    words = "|".join(re.escape(word) for value in fits for word in attribute.values[value])
    pattern = re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    told = own_sentences(line.code, index, line.day, "meaning", "use_when")
    return next((one for one in told if line.code in one.quote and pattern.search(one.quote)), None)


def _like(line: Line, index: Index) -> tuple[Citation, ...]:
    """What the one code of the family is that fits all that the line tells, if there is one: its own first sentence."""
    family = _family(line.code, index)
    if family is None:
        return ()
    known = index.lexicon.code
    wanted = {name: set(values) for name, values in family.codes[line.code].items()} | _told(line)
    like = [
        code
        for code, attributes in family.codes.items()
        if code in known
        and known[code].valid_on(line.day)
        and all(name not in wanted or wanted[name] & set(values) for name, values in attributes.items())
    ]
    if len(like) != 1 or like[0] == line.code:
        return ()
    return tuple(own_sentences(like[0], index, line.day, "meaning"))[:1]


def _fits(instead: tuple[Citation, ...]) -> str:
    return f" {instead[0].passage.record} fits." if instead else ""
