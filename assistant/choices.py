"""Which code of a family fits what a question tells: decision tables over tooth, surfaces, counts, age and plain words.

The families and the words for their attributes come with the index (`knowledge/choices.yaml`). What is written as a
number or in letters (teeth, surfaces, ages, counts, minutes) is read here. Nothing here searches passages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.lexicon import ChoiceAttribute, CodeFamily, Lexicon, phrase_pattern
from assistant.types import Asking

Told = Mapping[str, frozenset[str]]
"""Attribute -> the values that a question gives it."""
Span = tuple[int, int]

MOST_ASKED = 4  # codes that one question back can still tell apart in a glance
MOST_SETTLED = 4  # codes of one family that a question can mean together, such as upper and lower of two kinds
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
AGE = re.compile(
    r"\b(\d{1,2})\s*-?\s*(?:y/?\.?o\.?\b|yrs?\.?[ -]?old|years?[ -]old|year[ -]?old)|\bage[d]?\s+(\d{1,2})\b",
    re.IGNORECASE,
)
BABY_AGE = re.compile(r"\b\d{1,2}\s*-?\s*(?:weeks?|wks?|months?|mos?|mths?)[ -]?old\b", re.IGNORECASE)
MINUTES = re.compile(r"\b(\d{1,3})\s*-?\s*min(?:ute)?s?\b|\b(an?|1|one|2|two)\s+(?:hour|hr)s?\b", re.IGNORECASE)
FIRST_BLOCK = 15  # minutes
COUNT_BEFORE = re.compile(rf"\b({NUMBER})\s*(?:x\s*)?(?:[a-z.']+\s+)?$", re.IGNORECASE)
COUNT_AFTER = re.compile(rf"^\s*(?:x\s*({NUMBER})|\(({NUMBER})\))\b", re.IGNORECASE)

NEGATED = re.compile(
    r"\b(?:no|not|without|w/o|wasn'?t|isn'?t|never)(?: (?:an?|any|use|do|need|give|take|place))*\s+$", re.IGNORECASE
)

# Surfaces in the order of a chart; in lower case the same letters make words that are none.
CHARTED = re.compile(r"(?=.)(?:M?[OI]?D?[BF]?L?|D[OI]?[BF]?L?|[BFL]O|[OI][BF]?L?)")
ENGLISH = frozenset("of if mid id lo bid do i".split())
WORD = re.compile(r"[A-Za-z0-9#+'’]+")
PRONOUN = frozenset("i we you they he she it not the".split())
SURFACE_WORD = re.compile(
    r"\b(mesial|distal|occlusal|incisal(?! (?:corner|edge|angle))|buccal|facial|lingual)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Fit:
    """A family that a question means, the codes of it that fit what is told, and what would decide between them.

    `undecided` is None where everything that tells the codes apart is told, or where more than one thing is not.
    `decided` are all codes that the fit speaks for: its family's, and those of families named within its own name.
    """

    family: CodeFamily
    codes: tuple[str, ...]
    settled: bool
    told: bool
    undecided: ChoiceAttribute | None = None
    decided: frozenset[str] = frozenset()


class Choices:
    """The decision tables of one index. Holds compiled patterns, so build it once an index."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._attributes = {attribute.name: attribute for attribute in lexicon.choice_attributes}
        self._says = [(family, phrase_pattern(family.says), phrase_pattern(family.unless))
                      for family in lexicon.code_families]  # fmt: skip
        self._words = {attribute.name: _words_of(attribute) for attribute in lexicon.choice_attributes}
        self._open_words = {
            name: [(phrase_pattern((phrase,)), v) for phrase, values in words.items() if "…" in phrase for v in values]
            for name, words in self._words.items()
        }
        self._values = {
            attribute.name: phrase_pattern(tuple(self._words[attribute.name]))
            for attribute in lexicon.choice_attributes
        }

    def fits(self, text: str, day: date) -> tuple[Fit, ...]:
        """The families that a text names, in its order, each narrowed by what the text tells."""
        found = [(match.span(), family, unless) for family, says, unless in self._says if (match := says.search(text))]
        named = sorted(((span, family) for span, family, unless in found if not unless.search(text)), key=_start)
        fits = []
        for span, family in named:
            # "crown" in "implant crown" names no crown of its own.
            if any(_within(span, other) for other, _ in named):
                continue
            if (fit := self._fit(family, tuple(family.codes), text, span, day)) is not None:
                inner = {code for other, within, _ in found if _within(other, span) for code in within.codes}
                fits.append(replace(fit, decided=frozenset(inner | set(family.codes))))
        return tuple(fits)

    def among(self, codes: Sequence[str], text: str, day: date) -> Fit | None:
        """How what is told decides between codes of one family; None where they are not of one."""
        family = next((f for f in self._lexicon.code_families if len(codes) > 1 and set(codes) <= set(f.codes)), None)
        if family is None:
            return None
        match = phrase_pattern(family.says).search(text)
        return self._fit(family, tuple(codes), text, match.span() if match else (0, 0), day)

    def fitting(self, code: str, text: str, day: date) -> tuple[str, ...]:
        """The one code that fits what is told: that named, or another where it does not or has no place on that day."""
        entry = self._lexicon.code.get(code)
        family = next((family for family in self._lexicon.code_families if code in family.codes), None)
        if family is None:
            ended = entry is not None and not entry.valid_on(day)
            fits = self.fits(text, day) if ended else ()
        else:
            match = phrase_pattern(family.says).search(text)
            fit = self._fit(family, tuple(family.codes), text, match.span() if match else (0, 0), day)
            fits = () if fit is None else (fit,)
        return next((fit.codes for fit in fits if fit.settled and fit.told and len(fit.codes) == 1), ())

    def turned(self, code: str, text: str, day: date) -> str | None:
        """The code like this one but for what a text tells: "the lower one?" after the upper partial."""
        family = next((family for family in self._lexicon.code_families if code in family.codes), None)
        if family is None or not (told := self._told(family, text, (0, 0))):
            return None
        known = self._lexicon.code
        wanted = {**{name: frozenset(values) for name, values in family.codes[code].items()}, **told}
        like = [
            other
            for other, attributes in family.codes.items()
            if other in known and known[other].valid_on(day) and _agrees(attributes, wanted)
        ]
        return like[0] if len(like) == 1 and like[0] != code else None

    def asking(self, fit: Fit) -> Asking | None:
        """The question that decides between the codes of a fit, if one can."""
        if fit.undecided is None or not 2 <= len(fit.codes) <= MOST_ASKED:
            return None
        attribute = fit.undecided
        choices = tuple(
            f"{' or '.join(attribute.values[value][0] for value in fit.family.codes[code][attribute.name])}: {code}"
            for code in fit.codes
        )
        return Asking(attribute.question, choices)

    def surfaces_in(self, text: str) -> frozenset[str]:
        """Tooth surfaces written in letters, in lower case: "mi" on a filling is no state and no counseling."""
        families = [(family, says) for family, says, _ in self._says if _uses(family, "surfaces")]
        spans = [match.span() for _, says in families for match in says.finditer(text)]
        return frozenset(token.lower() for token in _surface_letters(text, spans))

    def _fit(self, family: CodeFamily, codes: tuple[str, ...], text: str, span: Span, day: date) -> Fit | None:
        known = self._lexicon.code
        codes = tuple(code for code in codes if code in known and known[code].valid_on(day))
        told = self._told(family, text, span)
        names = list(dict.fromkeys(name for code in codes for name in family.codes[code]))
        assumed = {
            name: frozenset({otherwise})
            for name in names
            if name not in told and (otherwise := self._attributes[name].otherwise) is not None
        }
        fitting = tuple(code for code in codes if _agrees(family.codes[code], {**assumed, **told}))
        if not fitting:
            return None
        open_names = [
            name for name in names
            if name not in told and name not in assumed and len({family.codes[code].get(name) for code in fitting}) > 1
        ]  # fmt: skip
        decides = len(open_names) == 1 and all(open_names[0] in family.codes[code] for code in fitting)
        return Fit(
            family=family,
            codes=fitting,
            settled=not open_names and len(fitting) <= MOST_SETTLED,
            told=bool(told.keys() & set(names)),
            undecided=self._attributes[open_names[0]] if decides else None,
        )

    def _told(self, family: CodeFamily, text: str, span: Span) -> dict[str, frozenset[str]]:
        """What the words of a text and its numbers tell of the attributes of a family; numbers are surer."""
        told: dict[str, frozenset[str]] = {}
        used = {name for attributes in family.codes.values() for name in attributes}
        for name in used:
            said = (
                match.group()
                for match in self._values[name].finditer(text)
                if not NEGATED.search(text[: match.start()])
            )
            if values := frozenset(value for phrase in said for value in self._meant(name, phrase)):
                told[name] = values
        for name, values in _numbers_told(text, span, read_surfaces="surfaces" in used).items():
            if name in used and (name not in told or name not in ("teeth", "order", "age", "dentition", "arch")):
                told[name] = values
        return told

    def _meant(self, name: str, phrase: str) -> list[str]:
        """The values that a phrase found in a text stands for; one with words left open is found by its pattern."""
        words = self._words[name]
        if exact := words.get(" ".join(phrase.lower().split())):
            return exact
        return [value for pattern, value in self._open_words[name] if pattern.fullmatch(phrase)]


def _words_of(attribute: ChoiceAttribute) -> dict[str, list[str]]:
    """Each phrase in lower case -> the values it stands for; "upper and lower" is both."""
    words: dict[str, list[str]] = {}
    for value, says in attribute.values.items():
        for phrase in says:
            words.setdefault(" ".join(phrase.lower().split()), []).append(value)
    return words


def _start(named: tuple[Span, CodeFamily]) -> int:
    return named[0][0]


def _within(span: Span, other: Span) -> bool:
    return other[0] <= span[0] and span[1] <= other[1] and span != other


def _uses(family: CodeFamily, attribute: str) -> bool:
    return any(attribute in attributes for attributes in family.codes.values())


def _agrees(attributes: Mapping[str, tuple[str, ...]], told: Told) -> bool:
    return all(name not in told or told[name] & set(values) for name, values in attributes.items())


def _numbers_told(text: str, span: Span, read_surfaces: bool) -> dict[str, frozenset[str]]:
    """What teeth, surfaces, counts, ages and minutes tell."""
    told: dict[str, frozenset[str]] = {}
    teeth = list(_teeth(text, span))
    for name in ("region", "tooth", "dentition", "arch"):
        if values := frozenset(value for tooth in teeth if (value := _of_tooth(tooth).get(name))):
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
    if BABY_AGE.search(text):
        return frozenset({"under three"})
    if (match := AGE.search(text)) is None:
        return frozenset()
    years = int(match.group(1) or match.group(2))
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


def _of_tooth(tooth: str) -> dict[str, str]:
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
    letters = list(_surface_letters(text, [span]))
    counts = [len(letter) for letter in letters]
    if not counts and (words := {word.lower() for word in SURFACE_WORD.findall(text)}):
        counts = [len(words)]
    return frozenset(SURFACES[min(count, len(SURFACES)) - 1] for count in counts)


def _surface_letters(text: str, services: Sequence[Span]) -> Iterator[str]:
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
