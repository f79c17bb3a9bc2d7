"""Questions on codes: which one a visit calls for, what stands in its place, what goes beside it and with its claim."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from assistant.lexicon import CodeEntry, codes_in
from assistant.types import Citation, Passage, PassageKind
from views.lessons.making import drawn, make
from views.lessons.plain_language import YEAR, Casing, is_plain, spelled_out, tidy
from views.lessons.records import INSTEAD, PAPERS, SENT, Records, papers_in, sourced
from views.lessons.types import Choice, Kind, Question

WRONG = 3  # choices beside the right one
FEWEST = 2  # wrong choices, below which a question on codes is not worth asking
ALIKE = 2  # questions of one course with the same right answer for the same reason, beyond which more teach nothing
WHICH = re.compile(r"\b(?:which|what|the right|a|name the) code\b|\bcode\??$|\bwhat do (?:we|i) (?:use|bill|report)\b", re.I)
# Asked beside or of the code and not for it.
NOT_WHICH = re.compile(
    r"\b(?:how many|how often|how long|how and|why|units?|when|who|findings|lines?|insurance|denied|plan|besides?|extra|"
    r"add|too|not? code)\b", re.I)  # fmt: skip
# The end of a note that asks for the code, which the question asks anyway.
ASKS_IT = re.compile(
    r"[,.;:?]\s*(?:(?:and|so) )?(?:what|which|whats|what's|how|name|code|codes|cdt)(?: (?:is|do|does|would|should|goes|to|code|"
    r"codes|one|we|i|you|it|this|that|be|the|right|bill|billed|report|reported|use|put|send|coded|on|claim|gets|here|exam|as|name|"
    r"our|ortho|for|his|her|he|she|did))*\W*$", re.I)  # fmt: skip
NEVER_OUT_OF_PLACE = {"an image (X-ray)", "a narrative"}  # papers that may help any claim
STANDS, TOO_EARLY, TOO_LATE = Choice("Yes"), Choice("No, it is not valid yet"), Choice("No, it was deleted by then")
ASK_CODE = "Which code goes on the claim?"
PAID_BESIDE = re.compile(r"Do not expect .+? to be paid (?:together )?(?:for|on) the same ([^,;]+)\.")


def choose_the_code(records: Records, casing: Casing, day: date) -> Iterator[Question]:
    """A visit in words, and the code that its record gives; the wrong ones are those that the records tell it from."""
    for passage in records.index.passages.values():
        if passage.kind is PassageKind.QUESTION and passage.verdict is None:
            asked = [(one.question, 0) for one in passage.asked[:1]]
        elif passage.kind is PassageKind.CODE and passage.section == "use_when":
            asked = [(one.question, one.position or 0) for one in passage.asked if one.verdict is None]
        else:
            continue
        for text, position in asked:
            said = sourced(passage).get(position)
            if said is not None and _gives_its_code(passage, said) and not records.is_disputed(passage):
                yield from _choice(spelled_out(text), passage, said, records, casing, day)


def _gives_its_code(passage: Passage, said: Citation) -> bool:
    text = passage.text if passage.kind is PassageKind.QUESTION else said.quote
    return codes_in(text) == (passage.record,) and " not " not in said.quote


def _choice(
    text: str, passage: Passage, said: Citation, records: Records, casing: Casing, day: date
) -> Iterator[Question]:
    code, known = passage.record, records.lexicon.code
    wrong = records.others(code, day)
    if len(wrong) < FEWEST or not known[code].valid_on(day) or not _asks_which(text, passage):
        return
    note = ASKS_IT.sub("", text)
    if re.match(r"(?:which|what) ", note, re.I) or re.search(r"\b(?:which|what) code\b", note, re.I):
        scenario, ask = "", tidy(note, casing, known)
    else:
        scenario, ask = tidy(note, casing, known, "."), ASK_CODE
    choices = [Choice(one, wrong[one]) for one in drawn(list(wrong), WRONG, passage.id + text)]
    yield make(Kind.CHOOSE, known[code].category, scenario, ask, code, choices, said, codes=(code,))


def _asks_which(text: str, passage: Passage) -> bool:
    if codes_in(text.upper()) or YEAR.search(text) or NOT_WHICH.search(text) or not is_plain(text):
        return False
    # A note under "use it when" asks for the code without saying so, unless it asks for something else.
    by_itself = passage.section == "use_when" and not re.match(r"(?:what|how|does|do|is|are|can) ", text, re.I)
    return by_itself or WHICH.search(text) is not None


def in_place_of(records: Records, day: date) -> Iterator[Question]:
    """A wrong code on the claim, and the case; the wrong choices are what the record gives for its other cases."""
    known = records.lexicon.code
    cases: dict[str, list[tuple[str, str, Citation]]] = defaultdict(list)
    for passage, said in records.sections("not_when"):
        match = INSTEAD.fullmatch(said.quote)
        if match is None or records.is_disputed(passage):
            continue
        wrong, begins, case, *right = match.groups()
        code = next(filter(None, right))
        if wrong == passage.record and all(one in known and known[one].valid_on(day) for one in (wrong, code)):
            told = f", although {case}" if begins in ("when", "if") else f" {begins} {case}"
            cases[wrong].append((f"{records.name(wrong)} was entered{told}.", code, said))
    for wrong, found in cases.items():
        of_other_cases = {code: said for _, code, said in found}
        for scenario, code, said in found:
            others = [one for one in of_other_cases if one != code]
            if len(others) + 1 < FEWEST:
                continue
            choices = [Choice(one, of_other_cases[one]) for one in drawn(others, WRONG - 1, said.quote)]
            yield make(Kind.INSTEAD, known[wrong].category, scenario, "What belongs on the claim instead?", code,
                       [Choice(wrong, said), *choices], said, codes=(wrong, code))  # fmt: skip


def codes_together(records: Records, day: date) -> Iterator[Question]:
    """A code on the claim, and the one that its record says not to expect payment for beside it."""
    known = records.lexicon.code
    alike: Counter[tuple[str, str]] = Counter()
    for passage, said in records.sections("not_with"):
        code, named, match = passage.record, codes_in(said.quote), PAID_BESIDE.fullmatch(said.quote)
        if match is None or len(named) != 2 or code not in named or records.is_disputed(passage):
            continue
        other = next(one for one in named if one != code)
        fine = [one for one in records.paid_beside(code) if one in known and known[one].valid_on(day) and one != other]
        if len(fine) < FEWEST or not all(one in known and known[one].valid_on(day) for one in (code, other)):
            continue
        alike[known[code].category, other] += 1
        if alike[known[code].category, other] > ALIKE:
            continue
        yield make(Kind.TOGETHER, known[code].category, f"{records.name(code)} is on the claim.",
                   f"Which of these would you not expect to be paid beside it for the same {match.group(1)}?", other,
                   [Choice(one) for one in drawn(fine, WRONG, said.quote)], said, codes=(code, other))  # fmt: skip


def papers_missing(records: Records, day: date) -> Iterator[Question]:
    """A claim with some of what its record wants sent; the wrong choices are what claims of its category need."""
    needs: dict[str, tuple[Citation, list[str]]] = {}
    usual: dict[str, set[str]] = defaultdict(set)
    for passage, said in records.sections("attach"):
        match = SENT.fullmatch(said.quote)
        if match is None or " or " in match.group(1) or records.is_disputed(passage):
            continue
        named = [papers_in(item) for item in re.split(r", and |, | and ", match.group(1))]
        if all(len(papers) == 1 for papers in named):
            needed = [paper for (paper,) in named]
            needs.setdefault(passage.record, (said, needed))
            usual[records.lexicon.code[passage.record].category].update(needed)
    alike: Counter[tuple[str, ...]] = Counter()
    for code, (said, needed) in needs.items():
        entry = records.lexicon.code[code]
        if not 1 < len(set(needed)) == len(needed) or not entry.valid_on(day):
            continue
        out_of_place = [paper for paper in PAPERS if paper not in records.papers_of(code) | NEVER_OUT_OF_PLACE]
        likely = [paper for paper in out_of_place if paper in usual[entry.category]]
        unlikely = [paper for paper in out_of_place if paper not in likely]
        wrong = [*drawn(likely, WRONG, said.quote), *drawn(unlikely, WRONG, said.quote)][:WRONG]
        (missing,) = drawn(needed, 1, said.quote)
        sent = [paper for paper in needed if paper != missing]
        alike[entry.category, missing, *sent] += 1
        if len(wrong) >= FEWEST and alike[entry.category, missing, *sent] <= ALIKE:
            yield make(Kind.PAPERS, entry.category,
                       f"The claim for {records.name(code)} is ready to go with {' and '.join(sent)}.",
                       "What else does its record ask to send?", missing, [Choice(one) for one in wrong], said,
                       codes=(code,))  # fmt: skip


def editions(records: Records, year: int) -> Iterator[Question]:
    """Whether a code can stand on a claim of a day, and what stands in place of one that old templates still list."""
    for code, entry in records.lexicon.code.items():
        passage = records.index.passages.get(f"{code}/editions")
        said = next(iter(sourced(passage).values()), None) if passage is not None else None
        if said is None:
            continue
        if entry.deleted is not None and entry.deleted <= year and len(entry.replaced_by) == 1:
            yield from _replaced(entry, said, records, year)
        turn = next((one for one in (entry.added, entry.deleted) if one in range(year - 2, year + 2)), None)
        if turn is not None:
            on = _day_in(drawn([str(turn - 1), str(turn)], 1, code)[0], code)
            early = entry.added is not None and on.year < entry.added
            right = STANDS if entry.valid_on(on) else TOO_EARLY if early else TOO_LATE
            yield make(Kind.EDITION, entry.category, f"A claim for a visit on that day carries {code}.",
                       "Does the code stand?", right.text, (STANDS, TOO_EARLY, TOO_LATE), said, codes=(code,), day=on,
                       shuffled=False)  # fmt: skip


def _replaced(entry: CodeEntry, said: Citation, records: Records, year: int) -> Iterator[Question]:
    (code,) = entry.replaced_by
    day = _day_in(str(max(year - 1, entry.deleted or year)), entry.code)
    wrong = {one: why for one, why in records.others(code, day).items() if one != entry.code}
    if code in records.lexicon.code and len(wrong) + 1 >= FEWEST and code in said.quote:
        choices = [Choice(one, wrong[one]) for one in drawn(list(wrong), WRONG - 1, entry.code)]
        yield make(Kind.EDITION, records.lexicon.code[code].category,
                   f"The treatment plan still lists {records.name(entry.code)}.", ASK_CODE, code,
                   [Choice(entry.code, said), *choices], said, codes=(entry.code, code), day=day)  # fmt: skip


def _day_in(year: str, seed: str) -> date:
    return date(int(year), 1, 1) + timedelta(days=int(drawn([f"{n:03}" for n in range(365)], 1, seed)[0]))
