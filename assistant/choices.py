"""Which code of a family fits what a question tells: decision tables over tooth, surfaces, counts, age and plain words.

The families and the words for their attributes come with the index (`knowledge/choices.yaml`). What is written as a
number or in letters (teeth, surfaces, ages, counts, minutes) is read in mouth.py. Nothing here searches passages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.lexicon import ChoiceAttribute, CodeFamily, Lexicon, phrase_pattern
from assistant.mouth import Span, surface_letters, told_by_numbers
from assistant.types import Asking

Told = Mapping[str, frozenset[str]]
"""Attribute -> the values that a question gives it."""

MOST_ASKED = 4  # codes that one question back can still tell apart in a glance
MOST_SETTLED = 4  # codes of one family that a question can mean together, such as upper and lower of two kinds

NEGATED = re.compile(
    r"\b(?:no|not|without|w/o|wasn'?t|isn'?t|never)(?: (?:an?|any|use|do|need|give|take|place))*\s+$", re.IGNORECASE
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

    def families_of(self, codes: Sequence[str]) -> list[tuple[str, ...]]:
        """Those of the codes that stand in one family together, family by family; none that stands there alone."""
        groups = [tuple(code for code in codes if code in family.codes) for family in self._lexicon.code_families]
        return [group for group in groups if len(group) > 1]

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
        return frozenset(token.lower() for token in surface_letters(text, spans))

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
        for name, values in told_by_numbers(text, span, read_surfaces="surfaces" in used).items():
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
