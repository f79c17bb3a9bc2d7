"""What the words beside a code tell: tooth, surfaces, quadrant or arch, in the order in which staff write them."""

from __future__ import annotations

import re

from assistant.mouth import CHARTED
from views.claims.lines import Row
from views.claims.needs import Needs, Place

AREA = re.compile(
    r"\b(?:upper|lower) (?:right|left)(?: quad(?:rant)?)?\b|\b(?:upper|lower)(?: arch)?\b"
    r"|\b(?:UR|UL|LL|LR)Q?(?: quad(?:rant)?)?\b|\b(?:UA|LA|FM)\b|\b(?:full|whole) mouth\b",
    re.IGNORECASE,
)
TOOTH = r"(?:\d{1,2}|[A-T]S?)"
LIST = rf"{TOOTH}(?: ?(?:,|-|–|&|\bto\b|\bthru\b) ?#?{TOOTH}\b(?![/.]))*"
MARKED_TEETH = re.compile(
    rf"(?:#|\b(?:tooth|teeth|tth|th)\b ?#?:? ?)({LIST})(?![\w/])|# ?([A-Z])(?![\w/])", re.IGNORECASE
)
BARE_TEETH = re.compile(rf"(?<![\w#$./-])({LIST})(?![\w/]|\.\d)")
SURFACE_RUN = re.compile(r"(?<![\w-])[MODBFLI](?:-?[MODBFLI])*(?![\w-])")
SMALL_SURFACES = re.compile(r"(?<![\w-])[modbfli]{1,5}(?![\w-])")
# What was read leaves a mark, so that it can be seen what stands beside what.
CODE_HERE, TOOTH_HERE, READ_HERE = "§", "¤", "•"
MARKS = CODE_HERE + TOOTH_HERE + READ_HERE
AREA_NUMBERS = {Place.QUADRANT: ("10", "20", "30", "40"), Place.ARCH: ("00", "01", "02")}


def row_of(code: str, text: str, needs: Needs) -> tuple[Row, str]:
    """What the words beside one code tell, and those that tell nothing."""
    text, area = _take_all(text, AREA, READ_HERE)
    text, tooth = _take_all(text, MARKED_TEETH, TOOTH_HERE)
    if not tooth:
        text, tooth, numbered = _take_bare(text, needs)
        area = area or numbered
    text, surfaces = _take_surfaces(text, has_tooth=bool(tooth))
    over = " ".join(word for word in text.split() if re.search(r"\w", word))
    return Row(code, tooth, area.upper(), surfaces), over


def _take_all(text: str, pattern: re.Pattern[str], mark: str) -> tuple[str, str]:
    found = [match.group(match.lastindex or 0) for match in pattern.finditer(text)]
    return pattern.sub(f" {mark} ", text), ", ".join(found)


def _take_bare(text: str, needs: Needs) -> tuple[str, str, str]:
    """A tooth without a sign, or the number of an area where the code needs one: the first beside what was read."""
    for match in BARE_TEETH.finditer(text):
        written = match.group(1)
        if not _is_beside(text, match) or _is_surface(written, text, match, needs):
            continue
        is_area = needs.place is not None and written in AREA_NUMBERS.get(needs.place, ())
        marked = f"{text[: match.start()]} {READ_HERE if is_area else TOOTH_HERE} {text[match.end() :]}"
        return (marked, "", written) if is_area else (marked, written, "")
    return text, "", ""


def _is_surface(written: str, text: str, match: re.Match[str], needs: Needs) -> bool:
    """Whether a lone letter is a surface and no baby tooth: the code counts surfaces, and no others are written."""
    if not SURFACE_RUN.fullmatch(written):
        return False
    others = [one for one in SURFACE_RUN.finditer(text) if one.start() != match.start()]
    return needs.surfaces is not None and not others


def _take_surfaces(text: str, has_tooth: bool) -> tuple[str, str]:
    """Surface letters in capitals, or in small letters right beside the tooth; "M O D" is one run."""
    found, may_go_on = "", True
    while may_go_on:
        match = next(
            (
                one
                for pattern, marks in ((SURFACE_RUN, MARKS), (SMALL_SURFACES, TOOTH_HERE))
                for one in pattern.finditer(text)
                if _is_beside(text, one, marks) and _is_run(one.group())
            ),
            None,
        )
        if match is None:
            break
        found += match.group().replace("-", "").upper()
        text = f"{text[: match.start()]} {TOOTH_HERE} {text[match.end() :]}"
        may_go_on = has_tooth and len(match.group()) == 1
    return text, found


def _is_run(written: str) -> bool:
    letters = written.replace("-", "").upper()
    return len(set(letters)) == len(letters) and (len(letters) < 4 or CHARTED.fullmatch(letters) is not None)


def _is_beside(text: str, match: re.Match[str], marks: str = MARKS) -> bool:
    """Whether the words right before or after are something read already, or surfaces."""
    before, after = text[: match.start()].rstrip(" ,:-"), text[match.end() :].lstrip(" ,:-")
    preceding = re.search(r"\S+$", before)
    following = re.match(r"\S+", after)
    if before.endswith(tuple(marks)) or after.startswith(tuple(marks)):
        return True
    near = [one.group() for one in (preceding, following) if one is not None]
    return marks == MARKS and any(SURFACE_RUN.fullmatch(word) for word in near)
