"""The mouth as a question writes it: teeth by number and letter, surfaces, counts, ages, minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.limits import age_in

Span = tuple[int, int]
"""Where a match starts and ends in its text."""

ADULT_FROM, CHILD_UNTIL = 18, 11  # years; between them the teeth decide, which an age does not tell
LAST_FRONT, FIRST_BACK = 3, 4  # counted from the middle

NUMBER = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight)"
NUMBERS = {word: n for n, word in enumerate("one two three four five six seven eight".split(), 1)}
COUNTED = {n: word for word, n in NUMBERS.items()} | {7: "seven or eight", 8: "seven or eight"}
SURFACES = ("one", "two", "three", "four")

# A tooth is sure after "#" or the word; a bare number is one only right beside a service or after "on".
PERMANENT = r"(?:3[0-2]|[12]\d|[1-9])"
LISTED = r"(?:\s*(?:,|&|\+|/|-|\bn\b|and|to|thru)\s*#?{one}\b)*"
COUNTS = (  # what makes the number before it no tooth
    r"yr|yo|y/o|year|month|surf|srf|sf\b|s\b|teeth|tth|min|pa|bw|unit|u\b|canal|quad|x\b|film|image|visit|week|day"
)
UNIT = rf"(?!\s*(?:%|/|\.\d|\+|-?\s*(?:{COUNTS})))"
NUMBERED_TOOTH = re.compile(
    rf"(?:#\s*|\b(?:tooth|teeth|tth)\s*#?\s*)({PERMANENT}\b{LISTED.format(one=PERMANENT)})", re.IGNORECASE
)
LETTERED_TOOTH = re.compile(  # in small letters only where no word is meant
    rf"(?:#\s*|\b(?:[Tt]ooth|[Tt]eeth|[Pp]rimary|[Oo]n|[Ll]ost)\s+#?)([A-T]\b{LISTED.format(one='[A-T]')})(?!['’])"
    r"|(?:#|\b[Tt]ooth )([b-hj-mo-t])\b"
)
ON_TOOTH = re.compile(r"(?<!\ball) on$", re.IGNORECASE)  # "all on 4" counts implants
BARE_TOOTH = re.compile(rf"\b({PERMANENT}\b{UNIT}{LISTED.format(one=PERMANENT)})", re.IGNORECASE)
TEETH_COUNT = re.compile(
    rf"\b({NUMBER})\s*(?:(?:more|perm|permanent|adjacent|front|back|lower|upper)\s+)?(?:teeth|tth|sites?|spaces)\b",
    re.IGNORECASE,
)
BABY_AGE = re.compile(r"\b\d{1,2}\s*-?\s*(?:weeks?|wks?|months?|mos?|mths?)[ -]?old\b", re.IGNORECASE)
MINUTES = re.compile(r"\b(\d{1,3})\s*-?\s*min(?:ute)?s?\b|\b(an?|1|one|2|two)\s+(?:hour|hr)s?\b", re.IGNORECASE)
FIRST_BLOCK = 15  # minutes
COUNT_BEFORE = re.compile(rf"\b({NUMBER})\s*(?:x\s*)?(?:[a-z.']+\s+)?$", re.IGNORECASE)
COUNT_AFTER = re.compile(rf"^\s*(?:x\s*({NUMBER})|\(({NUMBER})\))\b", re.IGNORECASE)

# Surfaces in the order of a chart; in lower case the same letters make words that are none.
CHARTED = re.compile(r"(?=.)(?:M?[OI]?D?[BF]?L?|D[OI]?[BF]?L?|[BFL]O|[OI][BF]?L?)")
ENGLISH = frozenset("of if mid id lo bid do i".split())
WORD = re.compile(r"[A-Za-z0-9#+'’]+")
PRONOUN = frozenset("i we you they he she it not the".split())
SURFACE_WORD = re.compile(
    r"\b(mesial|distal|occlusal|incisal(?! (?:corner|edge|angle))|buccal|facial|lingual)\b", re.IGNORECASE
)


def told_by_numbers(text: str, span: Span, read_surfaces: bool) -> dict[str, frozenset[str]]:
    """What teeth, surfaces, counts, ages and minutes tell."""
    told: dict[str, frozenset[str]] = {}
    teeth = list(_teeth(text, span))
    for name in ("region", "tooth", "dentition", "arch"):
        if values := frozenset(value for tooth in teeth if (value := of_tooth(tooth).get(name))):
            told[name] = values
    if match := TEETH_COUNT.search(text):
        told["teeth"], told["order"] = _few_or_many(_number(match.group(1))), _order(_number(match.group(1)))
    elif teeth:
        told["teeth"], told["order"] = _few_or_many(len(teeth)), _order(len(teeth))
    if count := _count_beside(text, span):
        told["order"] = _order(count)
        told |= {"images": frozenset({COUNTED[count]})} if count in COUNTED else {}
    if match := MINUTES.search(text):
        told["order"] = _order(1 if match.group(1) and int(match.group(1)) <= FIRST_BLOCK else 2)
    if age := _age(text):
        told["age"] = age
    if read_surfaces and (surfaces := _surface_counts(text, span)):
        told["surfaces"] = surfaces
    return told


def _number(text: str) -> int:
    return NUMBERS.get(text.lower()) or int(text)


def _few_or_many(count: int) -> frozenset[str]:
    return frozenset({"few" if count <= 3 else "many"})


def _order(count: int) -> frozenset[str]:
    return frozenset({"first"} if count <= 1 else {"first", "further"})


def _age(text: str) -> frozenset[str]:
    years = 0.0 if BABY_AGE.search(text) else age_in(text)
    if years is None:
        return frozenset()
    if years < 3:
        return frozenset({"under three"})
    return frozenset({"child"} if years <= CHILD_UNTIL else {"adult"} if years >= ADULT_FROM else ())


def _count_beside(text: str, span: Span) -> int | None:
    """The number right before a family's words, or after them as "x4": "2 bwx", "three more PAs"."""
    before = COUNT_BEFORE.search(text[: span[0]])
    after = COUNT_AFTER.search(text[span[1] :])
    if after is not None:
        return _number(after.group(1) or after.group(2))
    return _number(before.group(1)) if before is not None and text[before.start() - 1 : before.start()] != "#" else None


def _teeth(text: str, span: Span) -> Iterator[str]:
    """Numbers and letters of teeth, as `14` or `K`, each once."""
    found: dict[str, None] = {}
    for pattern in (NUMBERED_TOOTH, LETTERED_TOOTH):
        for match in pattern.finditer(text):
            found.update(dict.fromkeys(_listed(next(filter(None, match.groups())).upper())))
    if not found:
        for match in BARE_TOOTH.finditer(text):
            before = text[: match.start()].rstrip()
            # Beside the service, its surfaces or a jaw's side; farther off, a number may count anything.
            beside = span[1] <= match.start() and _is_beside(text[span[1] : match.start()])
            if beside or ON_TOOTH.search(before):
                found.update(dict.fromkeys(_listed(match.group(1))))
                break
    yield from found


def _is_beside(between: str) -> bool:
    words = between.split()
    return len(words) <= 1 and all(CHARTED.fullmatch(word.upper()) or word.lower() in ("on", "for") for word in words)


def _listed(text: str) -> Iterator[str]:
    """The teeth of a list; "22-27" counts all between its ends."""
    items = re.findall(r"\d{1,2}|\b[A-T]\b|-|\bTO\b|\bTHRU\b", text.upper())
    for position, item in enumerate(items):
        ends = items[position - 1 : position + 2]
        if item.isdigit() or (item.isalpha() and len(item) == 1):
            yield item
        elif len(ends) == 3 and ends[0].isdigit() and ends[2].isdigit() and position:
            yield from (str(tooth) for tooth in range(int(ends[0]) + 1, int(ends[2])))


def of_tooth(tooth: str) -> dict[str, str]:
    """Where a tooth stands. Permanent teeth count 1-16 above and 17-32 below, baby teeth A-J and K-T."""
    permanent = tooth.isdigit()
    place = int(tooth) if permanent else ord(tooth) - ord("A") + 1
    half = 16 if permanent else 10
    in_arch = (place - 1) % half
    from_middle = in_arch - half // 2 + 1 if in_arch >= half // 2 else half // 2 - in_arch
    front = from_middle <= LAST_FRONT
    kind = "front" if front else "premolar" if permanent and from_middle <= FIRST_BACK + 1 else "molar"
    return {
        "region": "front" if front else "back",
        "tooth": kind,
        "dentition": "permanent" if permanent else "primary",
        "arch": "upper" if place <= half else "lower",
    }


def _surface_counts(text: str, span: Span) -> frozenset[str]:
    letters = list(surface_letters(text, [span]))
    counts = [len(letter) for letter in letters]
    if not counts and (words := {word.lower() for word in SURFACE_WORD.findall(text)}):
        counts = [len(words)]
    return frozenset(SURFACES[min(count, len(SURFACES)) - 1] for count in counts)


def surface_letters(text: str, services: Sequence[Span]) -> Iterator[str]:
    """Words that are tooth surfaces in letters: beside a filling or a tooth, in capitals or no English word."""
    teeth = [m.span() for pattern in (NUMBERED_TOOTH, LETTERED_TOOTH) for m in pattern.finditer(text)]
    shouted = text == text.upper()
    words = list(WORD.finditer(text))
    for position, match in enumerate(words):
        word = match.group()
        if any(start <= match.start() < end for start, end in teeth) or not CHARTED.fullmatch(word.upper()):
            continue
        following = words[position + 1].group().lower() if position + 1 < len(words) else ""
        plain = word.islower() or shouted
        if (following in PRONOUN and word.lower() in ENGLISH) or (
            word == "I" and following not in ("comp", "composite")
        ):
            continue
        near = min((_words_between(text, match.span(), anchor) for anchor in (*services, *teeth)), default=9)
        if plain and word.lower() in ENGLISH and not (word.lower() == "do" and near == 0 and services):
            continue
        if near <= (1 if len(word) > 1 else 0):
            yield word


def _words_between(text: str, one: Span, other: Span) -> int:
    between = text[min(one[1], other[1]) : max(one[0], other[0])]
    return len(WORD.findall(between))
