"""What a document says of itself: payer, program, state, dates, CDT edition and kind.

Only what stands in the text, its title or its file's name counts; where it says nothing, the field stays None and a
person can tell it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import PurePosixPath

from assistant.dates import written_dates
from assistant.lexicon import STATES, Lexicon, codes_in
from ingest.documents.blocks import BlockKind, Parsed
from ingest.documents.facts import OF_A_PAYER, DocumentFacts, DocumentKind
from ingest.documents.tables import payer_cell
from ingest.schemas import first_day, last_day

OPENING_BLOCKS = 40  # where a document says what it is
OPENING_WEIGHT = 5  # of a payer named there, over one named further in
TITLE_WEIGHT = 10
FEW_MENTIONS = 2  # of a payer named only further in; one alone may be an example
LOOKED_THROUGH = 60_000  # characters in which payers are counted; more take seconds and tell no more
LONGEST_TITLE = 120
TITLE_WORDS = 12  # of a line above a table that is its title
NAMED_BEFORE = re.compile(
    r"((?:[A-Z][\w&'’-]*\.? ){1,5}?)(?:(?:20\d\d|PPO|DHMO|HMO|Provider|Claims?|Billing|Training|"
    r"Dentist|Office|Participating|Member|Network|Fee|"
    r"Benefits?|Policy|Policies|Manual|Handbook|Newsletter|Bulletin|Summary|Certificate|Clinical|Reimbursement|Plan|"
    r"Schedule|Guidelines?|provider|dentist|office|fee|benefits?|manual|handbook|newsletter|schedule|plan)\b)"
)
NO_NAME = re.compile(
    r"^(?:the|our|your|this|a|an|front|annual|state|summary|dental|general|new|all|my)\b\s*(?:dental|desk)?$",
    re.IGNORECASE,
)
FIRST_BLOCKS = 6  # in which a document names whose it is
SHORT_LINE = 25  # words of a block that may be a line of a letterhead
COMPANY = re.compile(
    r"\b(?:[A-Z][\w&'’-]*\.? ){0,4}?(?:Dental|Insurance|Assurance|Life|Mutual|Health|Healthcare|Benefits|Blue Cross|"
    r"Blue Shield|Medicaid|DHMO|Dental Plans?|Health Plans?)\b"
    r"(?: (?:Dental|Insurance|Life|Health|Benefits?|Plans?|Care|Company|Corporation|Services|Blue Shield|"
    r"of (?:[A-Z]\w+(?: [A-Z]\w+)?)))*"
)
# Words of a company's name that tell it from no other, and words of titles that are no name at all.
COMMON = frozenset(
    "dental insurance assurance life mutual health healthcare benefit benefits medicaid dhmo ppo hmo plan plans care "
    "company corporation services inc blue cross shield of the a an and for to in on by with your our my this that "
    "all any new general summary group member members annual lifetime provider providers office participating network "
    "standard basic major preventive orthodontic orthodontia plus premier choice essential gold silver platinum bronze "
    "small large individual family employee voluntary high low option fee fees schedule guide manual policy policies "
    "dentist dentists public oral child adult children adults good better best important about covered coverage "
    "maximum calendar year team front desk state federal american national united claim claims notice notes re fwd fw "
    "subject reminder update limits limitation limitations frequency other each non no code codes comparison "
    "certificate full complete current dates".split()
)
REACH = 40  # characters that a written date takes at most
YEAR_ALONE = re.compile(r"(20\d\d)\b(?![-/])")

EFFECTIVE = re.compile(
    r"\b(?:effective(?: date| as of| on| from| for (?:dates of service|services)(?: on or after)?)?|"
    r"in effect (?:from|on)|(?:dates of service|services) (?:on or after|beginning)|valid from|beginning|starting)\b"
    r"[\s:]*",
    re.IGNORECASE,
)
EXPIRES = re.compile(
    r"\b(?:expir(?:es|ation(?: date)?|ed)(?: on)?|valid (?:through|until|to)|in effect (?:through|until)|ends? on|"
    r"end date|terminat(?:es|ion date)|no longer in effect after)\b[\s:]*",
    re.IGNORECASE,
)
UNTIL = re.compile(r"^\s*(?:-|–|—|to|through|thru|until)\s*", re.IGNORECASE)
DATED = re.compile(
    r"\b(?:revised|revision(?: date)?|updated?|last (?:updated|reviewed|revised)|published|issued?|dated?|version|"
    r"posted|prepared|created|printed|rev\.?)\b[\s:]*(?:on\b[\s:]*)?",
    re.IGNORECASE,
)
FORM = re.compile(
    r"(?<![\w/-])(?=[A-Z-]*\d)[A-Z0-9][A-Z0-9-]{4,}(?: ?\| ?| ?\(| )(0?[1-9]|1[0-2])/(20\d\d|\d\d)(?![\d/])"
)
"""The mark that a printed form carries at its foot: a number and a month, "GP55773-26 | 09/2019", "A52492 (1/24)"."""
OF_A_YEAR = re.compile(r"(?<![\d-])(20[12]\d)(?![\d-])")
FEES = DocumentKind.FEE_SCHEDULE
FEE = re.compile(r"\$ ?\d|\b\d+\.\d\d\b")
FEWEST_FEES = 3  # rows with a code and an amount that make a fee schedule
WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? ", re.IGNORECASE)
YEARLY = frozenset({DocumentKind.MANUAL, DocumentKind.BENEFITS, DocumentKind.FEE_SCHEDULE, DocumentKind.CODE_BOOK})
"""Kinds that hold for the year in their title, where they say nothing else."""
EDITION = re.compile(r"\bCDT[\s-]*(?:code[s]?\s*)?(20\d\d)\b|\b(20\d\d)\s*CDT\b", re.IGNORECASE)
PROGRAM = re.compile(
    r"\b(medicaid|chip|medicare advantage|healthy kids|hip|ppo|dhmo|dmo|hmo|epo|indemnity|fepblue dental|fedvip|"
    r"premier|mmp)\b",
    re.IGNORECASE,
)
KINDS: tuple[tuple[DocumentKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"\b(?:{words})", re.IGNORECASE))
    for kind, words in (
        (DocumentKind.EOB, r"explanation of (?:benefits|payment)\b|remittance advice\b|eob\b"),
        (DocumentKind.FEE_SCHEDULE, r"fee (?:schedule|guide|table)\b|table of allowances\b|rate sheet\b"),
        (DocumentKind.NEWSLETTER, r"newsletter\b|bulletin\b|provider (?:news|alert|update|notice)\b"),
        (DocumentKind.CODE_BOOK, r"code (?:book|set)\b|current dental terminology\b"),
        (DocumentKind.BENEFITS, r"benefit|summary plan|certificate|evidence of coverage|booklet|plan summary"),
        (DocumentKind.MANUAL, r"manual\b|handbook\b|provider guide\b|office reference\b"),
        (DocumentKind.POLICY, r"polic(?:y|ies)\b|guidelines?\b|criteria\b|clinical coverage\b"),
        (DocumentKind.NOTES, r"notes\b|minutes\b|memo\b|cheat sheet\b|reminder\b"),
    )
)
FILE_ENDING = r"\.(?:docx?|xls[xm]?|pdf|pptx?|html?|txt|md|eml|csv)$"  # of a title that a program made of a file's name


def facts_of(parsed: Parsed, name: str, lexicon: Lexicon) -> DocumentFacts:
    """The facts of a document, `name` its path within the library."""
    texts = [block.text for block in parsed.blocks]
    opening = "\n".join(texts[:OPENING_BLOCKS])
    title = _title(parsed, name)
    head = f"{title}\n{_words_of(name)}"
    effective, expires = _in_force(opening) if EFFECTIVE.search(opening) or EXPIRES.search(opening) else (None, None)
    kind = _kind(head, opening, _has_fees(parsed))
    # What the title says goes before what is mentioned further in, and so do the first lines.
    letterhead = [title, *(text for text in texts[:FIRST_BLOCKS] if len(text.split()) <= SHORT_LINE)]
    is_known = any(lexicon.payer_pattern.search(part) for part in (head, *letterhead))
    text = "\n".join(texts)[:LOOKED_THROUGH]
    payer = None if is_known else _company(letterhead, text, kind) or _named_in(title, kind)
    payer = payer or _payer(head, opening, text, lexicon)
    of_rows = {name for block in parsed.blocks if (name := payer_cell(block))}
    if of_rows:
        payer = of_rows.pop() if len(of_rows) == 1 else None  # each row has its own
    return DocumentFacts(
        title=title,
        kind=kind,
        payer=payer,
        program=_first(PROGRAM, head) or _first(PROGRAM, opening),
        state=_state(payer, head, opening, lexicon),
        dated=_dated(opening) or _dated("\n".join(texts)) or _form_date("\n".join(texts)),
        effective=effective or _first_of_year(title, kind),
        expires=expires,
        edition=_edition(head, opening),
    )


def _title(parsed: Parsed, name: str) -> str:
    """The file's own title, its first heading, or its name."""
    headings = [block.text for block in parsed.blocks[:OPENING_BLOCKS] if block.kind is BlockKind.HEADING]
    highest = min((block.level for block in parsed.blocks[:OPENING_BLOCKS] if block.level), default=0)
    first = next(
        (b.text for b in parsed.blocks[:OPENING_BLOCKS] if b.kind is BlockKind.HEADING and b.level == highest), None
    )
    own = parsed.title.strip() if _tells(parsed.title) else ""
    told = own or _line_above(parsed) or first or next(iter(headings), "") or _first_line(parsed)
    return (told or _words_of(name))[:LONGEST_TITLE]


def _line_above(parsed: Parsed) -> str:
    """The line that stands above the header of a spreadsheet, where a title is written."""
    opening = [block for block in parsed.blocks[:2] if block.kind is not BlockKind.HEADING]
    is_line = bool(opening) and opening[0].kind is BlockKind.TEXT and opening[0].row is not None
    return opening[0].text if is_line and len(opening[0].text.split()) <= TITLE_WORDS else ""


def _first_line(parsed: Parsed) -> str:
    """The first paragraph of a document without headings, where it is a line and no sentence."""
    first = next(iter(parsed.blocks), None)
    is_line = first is not None and first.kind is BlockKind.TEXT and not first.text.endswith((".", "!", "?", ";", ","))
    return first.text if first is not None and is_line and 1 < len(first.text.split()) <= TITLE_WORDS else ""


def _tells(title: str) -> bool:
    """Whether a title that the file carries was given by a person: programs leave "untitled" and file names there."""
    plain = title.strip().lower()
    return " " in plain and not re.search(
        rf"^(?:\(|untitled|microsoft|document\d*|book\d*|scan\w*)|{FILE_ENDING}", plain
    )


def _words_of(name: str) -> str:
    """A file's name as words: "delta_mo-2026.pdf" reads "delta mo 2026"."""
    return " ".join(re.sub(r"[_\-.]+", " ", PurePosixPath(name).stem).split())


def _payer(head: str, opening: str, text: str, lexicon: Lexicon) -> str | None:
    """The id of the payer that is meant most; of several that share a name, the one of the document's state."""
    votes: Counter[tuple[str, ...]] = Counter()
    for part, weight in ((head, TITLE_WEIGHT), (opening, OPENING_WEIGHT), (text, 1)):
        for match in lexicon.payer_pattern.findall(part):
            votes[tuple(sorted(lexicon.payer_names[" ".join(match.lower().split())]))] += weight
    if not votes:
        return None
    certain = Counter({payers[0]: count for payers, count in votes.items() if len(payers) == 1})
    if certain and (best := certain.most_common(1)[0])[1] > FEW_MENTIONS:
        return best[0]
    shared, _ = votes.most_common(1)[0]
    states = set(_states(head)) or set(_states(opening))
    here = [payer for payer in shared if lexicon.payer[payer].state in states]
    return here[0] if len(here) == 1 else None


def _named_in(title: str, kind: DocumentKind) -> str | None:
    """A payer that the library does not know: what stands in a title before "provider manual" or its like."""
    match = NAMED_BEFORE.match(title) if kind in OF_A_PAYER else None
    name = " ".join(match.group(1).split()) if match else ""
    return name if name and not NO_NAME.search(name) else None


def _company(lines: Sequence[str], text: str, kind: DocumentKind) -> str | None:
    """A payer that the library does not know, by the way companies are called: "Cypress Dental Plan".

    What the first lines name counts, in the fullest form that the text has of it; else what the text names again and
    again. An office's own notes name no payer by naming the office.
    """
    if kind is DocumentKind.NOTES:
        return None
    named = Counter(name for match in COMPANY.finditer(text) if (name := _telling(match.group())))
    for name in (name for line in lines for match in COMPANY.finditer(line) if (name := _telling(match.group()))):
        fuller = [other for other in named if other.split()[0] == name.split()[0] and len(other) > len(name)]
        return max(fuller, key=lambda other: (named[other], len(other)), default=name)
    name, mentions = named.most_common(1)[0] if named else ("", 0)
    return name if mentions >= FEW_MENTIONS else None


def _telling(name: str) -> str:
    """A company's name from its first word that tells it from others; empty where none does."""
    words = name.split()
    while words and words[0].lower().strip(".,&") in COMMON and not re.search(r"\bof [A-Z]", " ".join(words)):
        words = words[1:]
    return " ".join(words) if any(word.lower().strip(".,&") not in COMMON for word in words) else ""


def _state(payer: str | None, head: str, opening: str, lexicon: Lexicon) -> str | None:
    """The payer's own state, or the one state that the document names first."""
    if payer in lexicon.payer and lexicon.payer[payer].state in STATES.values():
        return lexicon.payer[payer].state
    return next(iter(_states(head) or _states(opening)), None)


def _states(text: str) -> list[str]:
    found = re.findall(rf"\b(?:{'|'.join(sorted(STATES, key=len, reverse=True))})\b", text, re.IGNORECASE)
    return list(dict.fromkeys(STATES[name.lower()] for name in found))


def _in_force(text: str) -> tuple[date | None, date | None]:
    """The first and the last day, as the text tells them."""
    effective = expires = None
    if (match := EFFECTIVE.search(text)) is not None and (first := _date_at(text[match.end() :])) is not None:
        effective, rest = first_day(first[0]), first[1]
        if (until := UNTIL.match(rest)) is not None and (last := _date_at(rest[until.end() :])) is not None:
            expires = last_day(last[0])
    if (match := EXPIRES.search(text)) is not None and (last := _date_at(text[match.end() :])) is not None:
        expires = last_day(last[0])
    return effective, expires if expires is None or effective is None or expires >= effective else None


def _dated(opening: str) -> date | None:
    """The day that the document carries: behind "revised" or its like."""
    found = (_date_at(opening[match.end() :]) for match in DATED.finditer(opening))
    return next((first_day(one[0]) for one in found if one is not None), None)


def _form_date(text: str) -> date | None:
    """The month in the mark of the form, the latest of several."""
    months = [(int(year) % 100 + 2000, int(month)) for month, year in FORM.findall(text)]
    return date(*max(months), 1) if months else None


def _first_of_year(title: str, kind: DocumentKind) -> date | None:
    """The first day of the one year that a title names: "2026 Fee Schedule" holds from then on."""
    years = set(OF_A_YEAR.findall(EDITION.sub(" ", title)))
    return date(int(years.pop()), 1, 1) if kind in YEARLY and len(years) == 1 else None


def _date_at(text: str) -> tuple[str, str] | None:
    """The date that a text begins with, as exact as it is written (`2026`, `2026-03`, `2026-03-31`), and the rest."""
    text = WEEKDAY.sub("", text)
    found = next((one for one in written_dates(text[:REACH]) if one.start == 0), None)
    if found is not None and found.day is not None:
        return (found.day.isoformat() if found.exact else found.day.isoformat()[:7]), text[len(found.text) :]
    year = YEAR_ALONE.match(text)
    return (year.group(1), text[year.end() :]) if year else None


def _edition(head: str, opening: str) -> int | None:
    match = EDITION.search(head) or EDITION.search(opening)
    return int(match.group(1) or match.group(2)) if match else None


def _has_fees(parsed: Parsed) -> bool:
    fees = [block for block in parsed.blocks if block.kind is BlockKind.ROW and FEE.search(block.text)]
    return len([block for block in fees if codes_in(block.text)]) >= FEWEST_FEES


def _kind(head: str, opening: str, has_fees: bool) -> DocumentKind:
    """What the title or the file's name says first, then what the opening speaks of most."""
    told = next((kind for kind, pattern in KINDS if pattern.search(head)), None)
    if told is not None:
        return told
    # Every plan speaks of its fee schedule; one is a table of fees.
    counts = [(len(pattern.findall(opening)), kind) for kind, pattern in KINDS if has_fees or kind is not FEES]
    most = max(count for count, _ in counts)
    return next(kind for count, kind in counts if count == most) if most else DocumentKind.OTHER


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match.group(1) if match else None
