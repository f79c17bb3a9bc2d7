"""Questions on codes: which one a visit calls for, what stands in its place, what goes beside it and with its claim."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from assistant.lexicon import CodeEntry, codes_in
from assistant.types import Citation, Passage, PassageKind
from views.lessons.making import drawn, make
from views.lessons.plain_language import YEAR, is_plain, spelled_out
from views.lessons.records import INSTEAD, PAPERS, SENT, Records, papers_in, sourced
from views.lessons.types import Choice, Kind, Question

WRONG = 3  # choices beside the right one
FEWEST = 2  # wrong choices, below which a question on codes is not worth asking
ALIKE = 2  # questions of one course with the same right answer for the same reason, beyond which more teach nothing
WHICH = re.compile(r"\b(?:which|what|the right|a|name the) code\b|\bcode\??$|\bwhat do (?:we|i) (?:use|bill|report)\b")
# Asked beside or of the code and not for it.
NOT_WHICH = re.compile(
    r"\b(?:how many|how often|how long|how and|why|units?|when|who|findings|lines?|insurance|denied|plan|besides?|"
    r"extra|add|too|not? code)\b"
)
# The end of a note that asks for the code, which the question asks anyway.
ASKS_IT = re.compile(
    r"[,.;:?]\s*(?:(?:and|so) )?(?:what|which|whats|what's|how|name|code|codes|cdt)"
    r"(?: (?:is|do|does|would|should|goes|to|code|codes|one|we|i|you|it|this|that|be|the|right|bill|billed|report|"
    r"reported|use|what|put|send|coded|on|claim|gets|here|exam|as|name|our|ortho|for|his|her|he|she|did))*\W*$",
    re.IGNORECASE,
)
ASKS_ELSE = re.compile(r"[.?] (?:what|how|does|do|is|are|can|will|should)\b(?!.*\bcode\b)|\bdoes\b.*\bcode\b")
ASK_CODE = "Which code goes on the claim?"
PAID_BESIDE = re.compile(r"Do not expect .+? to be paid (?:together )?(?:for|on) the same ([^,;]+)\.")
NEVER_OUT_OF_PLACE = {"an image (X-ray)", "a narrative"}  # papers that may help any claim
STANDS, TOO_EARLY, TOO_LATE = Choice("Yes"), Choice("No, it is not valid yet"), Choice("No, it was deleted by then")
LATE_EDITIONS = 2  # years back from which a change of editions is still met on claims


def choose_the_code(records: Records) -> Iterator[Question]:
    """A visit in words, and the code that its record gives; the wrong ones are those that the records tell it from."""
    for passage in records.passages:
        if passage.kind is PassageKind.QUESTION and passage.verdict is None:
            asked = [(one.question, 0) for one in passage.asked[:1]]
        elif passage.kind is PassageKind.CODE and passage.section == "use_when":
            asked = [(one.question, one.position or 0) for one in passage.asked if one.verdict is None]
        else:
            continue
        for text, position in asked:
            said = sourced(passage).get(position)
            if said is not None and _gives_its_code(passage, said) and not records.is_disputed(passage):
                yield from _choice(spelled_out(text), passage, said, records)


def _gives_its_code(passage: Passage, said: Citation) -> bool:
    text = passage.text if passage.kind is PassageKind.QUESTION else said.quote
    return codes_in(text) == (passage.record,) and " not " not in said.quote


def _choice(text: str, passage: Passage, said: Citation, records: Records) -> Iterator[Question]:
    code = passage.record
    wrong = records.others(code)
    if len(wrong) < FEWEST or not records.are_valid(code) or not _asks_which(text, passage):
        return
    note = ASKS_IT.sub("", text)
    if ASKS_ELSE.search(note.lower()):
        return
    if re.match(r"(?:which|what) ", note, re.IGNORECASE) or re.search(r"\bcodes?\b", note, re.IGNORECASE):
        scenario, ask = "", records.tidy(note)
    else:
        scenario, ask = records.tidy(note, "."), ASK_CODE
    choices = [Choice(one, wrong[one]) for one in drawn(list(wrong), WRONG, passage.id + text)]
    yield make(Kind.CHOOSE, _category(code, records), scenario, ask, code, choices, said, codes=(code,))


def _asks_which(text: str, passage: Passage) -> bool:
    if codes_in(text.upper()) or YEAR.search(text) or NOT_WHICH.search(text.lower()) or not is_plain(text):
        return False
    # A note under "use it when" asks for the code without saying so, unless it asks for something else.
    by_itself = passage.section == "use_when" and not re.match(r"(?:what|how|does|do|is|are|can) ", text.lower())
    return by_itself or WHICH.search(text.lower()) is not None


def in_place_of(records: Records) -> Iterator[Question]:
    """A wrong code on the claim, and the case; the wrong choices are what the record gives for its other cases."""
    cases: dict[str, list[tuple[str, str, Citation]]] = defaultdict(list)
    for passage, said in records.sections("not_when"):
        match = INSTEAD.fullmatch(said.quote)
        if match is None or records.is_disputed(passage):
            continue
        wrong, begins, case, *right = match.groups()
        code = next(filter(None, right))
        if wrong == passage.record and records.are_valid(wrong, code):
            told = f", although {case}" if begins in ("when", "if") else f" {begins} {case}"
            cases[wrong].append((f"{records.name(wrong)} was entered{told}.", code, said))
    for wrong, found in cases.items():
        of_other_cases = {code: said for _, code, said in found}
        for scenario, code, said in found:
            others = [one for one in of_other_cases if one != code]
            if len(others) + 1 >= FEWEST:
                choices = [Choice(one, of_other_cases[one]) for one in drawn(others, WRONG - 1, said.quote)]
                yield make(Kind.INSTEAD, _category(wrong, records), scenario, "What belongs on the claim instead?",
                           code, [Choice(wrong, said), *choices], said, codes=(wrong, code))  # fmt: skip


def codes_together(records: Records) -> Iterator[Question]:
    """A code on the claim, and the one that its record says not to expect payment for beside it."""
    alike: Counter[tuple[str, str]] = Counter()
    for passage, said in records.sections("not_with"):
        code, named, match = passage.record, codes_in(said.quote), PAID_BESIDE.fullmatch(said.quote)
        if match is None or len(named) != 2 or code not in named or records.is_disputed(passage):
            continue
        other = next(one for one in named if one != code)
        fine = [one for one in records.paid_beside(code) if one != other and records.are_valid(one)]
        course = _category(code, records)
        if len(fine) < FEWEST or not records.are_valid(code, other) or alike[course, other] == ALIKE:
            continue
        alike[course, other] += 1
        yield make(Kind.TOGETHER, course, f"{records.name(code)} is on the claim.",
                   f"Which of these would you not expect to be paid beside it for the same {match.group(1)}?", other,
                   [Choice(one) for one in drawn(fine, WRONG, said.quote)], said, codes=(code, other))  # fmt: skip


def papers_missing(records: Records) -> Iterator[Question]:
    """A claim with some of what its record wants sent; the wrong choices are what no record on the code speaks of."""
    needs = dict(_needs(records))
    usual: dict[str, set[str]] = defaultdict(set)
    for code, (_, needed) in needs.items():
        usual[_category(code, records)].update(needed)
    alike: Counter[tuple[str, ...]] = Counter()
    for code, (said, needed) in needs.items():
        course = _category(code, records)
        out_of_place = [paper for paper in PAPERS if paper not in records.papers_of(code) | NEVER_OUT_OF_PLACE]
        likely = [paper for paper in out_of_place if paper in usual[course]]
        unlikely = [paper for paper in out_of_place if paper not in usual[course]]
        wrong = [*drawn(likely, WRONG, said.quote), *drawn(unlikely, WRONG, said.quote)][:WRONG]
        (missing,) = drawn(needed, 1, said.quote)
        sent = [paper for paper in needed if paper != missing]
        if not sent or len(wrong) < FEWEST or alike[course, missing, *sent] == ALIKE:
            continue
        alike[course, missing, *sent] += 1
        yield make(Kind.PAPERS, course, f"The claim for {records.name(code)} is ready to go with {' and '.join(sent)}.",
                   "What else does its record ask to send?", missing, [Choice(one) for one in wrong], said,
                   codes=(code,))  # fmt: skip


def _needs(records: Records) -> Iterator[tuple[str, tuple[Citation, list[str]]]]:
    """What a claim needs by one sentence of its code's record, where each part of it is one paper."""
    for passage, said in records.sections("attach"):
        match = SENT.fullmatch(said.quote)
        if match is None or " or " in match.group(1) or records.is_disputed(passage):
            continue
        named = [papers_in(item) for item in re.split(r", and |, | and ", match.group(1))]
        needed = [paper for papers in named for paper in papers]
        one_paper_each = all(len(papers) == 1 for papers in named) and len(set(needed)) == len(needed)
        if one_paper_each and records.are_valid(passage.record):
            yield passage.record, (said, needed)


def editions(records: Records) -> Iterator[Question]:
    """Whether a code can stand on a claim of a day, and what stands in place of one that old templates still list."""
    year = records.day.year
    for code, entry in records.lexicon.code.items():
        if (said := records.editions_of(code)) is None:
            continue
        if entry.deleted is not None and entry.deleted <= year and len(entry.replaced_by) == 1:
            yield from _replaced(entry, said, records)
        late = range(year - LATE_EDITIONS, year + 2)
        turn = next((one for one in (entry.added, entry.deleted) if one in late), None)
        if turn is not None:
            day = _day_in(int(drawn([str(turn - 1), str(turn)], 1, code)[0]), code)
            too_early = entry.added is not None and day.year < entry.added
            right = STANDS if entry.valid_on(day) else TOO_EARLY if too_early else TOO_LATE
            yield make(Kind.EDITION, entry.category, f"A claim for a visit on that day carries {code}.",
                       "Does the code stand?", right.text, (STANDS, TOO_EARLY, TOO_LATE), said, codes=(code,), day=day,
                       shuffled=False)  # fmt: skip


def _replaced(entry: CodeEntry, said: Citation, records: Records) -> Iterator[Question]:
    (code,) = entry.replaced_by
    day = _day_in(max(records.day.year - 1, entry.deleted or 0), entry.code)
    wrong = {one: why for one, why in records.others(code, day).items() if one != entry.code}
    if records.are_valid(code, day=day) and len(wrong) + 1 >= FEWEST and code in said.quote:
        choices = [Choice(one, wrong[one]) for one in drawn(list(wrong), WRONG - 1, entry.code)]
        scenario = f"The treatment plan still lists {records.name(entry.code)}."
        yield make(Kind.EDITION, _category(code, records), scenario, ASK_CODE, code,
                   [Choice(entry.code, said), *choices], said, codes=(entry.code, code), day=day)  # fmt: skip


def _day_in(year: int, seed: str) -> date:
    return date(year, 1, 1) + timedelta(days=int(drawn([f"{number:03}" for number in range(365)], 1, seed)[0]))


def _category(code: str, records: Records) -> str:
    return records.lexicon.code[code].category
