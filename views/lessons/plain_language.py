"""Staff's own questions as a lesson can show them: whole words, names written as names, one clean sentence."""

from __future__ import annotations

import calendar
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.lexicon import STATES, Lexicon, phrase_pattern
from assistant.types import Passage

# Shorthand is searched with, but a new hire has yet to learn it. What it stands for, where it has one meaning.
SPELLED_OUT = {
    "pt": "patient", "pts": "patients", "dr": "doctor", "doc": "doctor", "docs": "doctors", "tx": "treatment",
    "ext": "extraction", "exts": "extractions", "w/": "with ", "w/o": "without", "w": "with", "yr": "year",
    "yrs": "years", "yo": "year old", "y/o": "year old", "mo": "month", "mos": "months", "&": "and", "wk": "week",
    "wks": "weeks", "appt": "appointment", "appts": "appointments", "hyg": "hygienist", "rct": "root canal",
    "srp": "scaling and root planing", "pano": "panoramic image", "ssc": "steel crown", "bw": "bitewing",
    "bwx": "bitewings", "fmx": "full mouth series", "cbct": "cone beam scan", "prophy": "cleaning", "surf": "surface",
    "pfm": "porcelain-metal crown", "xray": "X-ray", "xrays": "X-rays", "thru": "through", "ins": "insurance",
    "dos": "date of service", "temp": "temporary", "comp": "composite", "comps": "composites", "perm": "permanent",
    "post-op": "after the operation", "quad": "quadrant", "quads": "quadrants", "ant": "anterior", "med": "medical",
    "meds": "medicine", "preauth": "prior authorization", "predet": "predetermination", "auth": "authorization",
    "predets": "predeterminations", "vs": "or", "eval": "evaluation", "oon": "out of network",
    "ffs": "fee-for-service", "cant": "can't", "dont": "don't", "doesnt": "doesn't", "isnt": "isn't",
    "didnt": "didn't", "wont": "won't", "whats": "what's", "thats": "that's", "ive": "I've", "im": "I'm",
}  # fmt: skip
WRITTEN_SHORT = re.compile(
    r"(?<![\w'])(?:" + "|".join(re.escape(s) for s in sorted(SPELLED_OUT, key=len, reverse=True)) + r")(?![\w'])",
    re.IGNORECASE,
)
# What has several meanings, or none that a sentence can carry.
SHORTHAND = frozenset(
    "pa u ur plz pls b4 auths elig sig prim hx dx rx pas bu mcd preauths pred preds recem ofc acct amt approx mand cov "
    "ded reimb ok okay info etc hmm lol om fov prr itr la ul ll lr mod dob emp dep num frm tele peds pedo ceph ucr sec "
    "recd svc chg chk msg pmt pymt dept addl mgmt reg os thx ty mgr adj alt ben bene benes".split()
)
SIGNS = re.compile(r"[/+#;=]|\.\.|--| - |\b\d+(?!st\b|nd\b|rd\b|th\b|am\b|pm\b)[a-z]{1,3}\b", re.IGNORECASE)
TOOTH = re.compile(r"#(\d{1,2}|[A-T])\b")
AGE = re.compile(r"\b(\d{1,2}) ?(?:y/?o|yr old|yrs old)\b", re.IGNORECASE)
# A question that begins so is a clause, and no scrap of a note.
OPENERS = frozenset(
    "can could does do did is are was were will would should may must has have had if when after we our the a an my i "
    "patient patients insurance mom mother father parent parents doctor dentist hygienist claim plan member "
    "child".split()
)
WORDS = range(6, 46)
WORD = re.compile(r"[A-Za-z][\w'’]*")
BARE_CODE = re.compile(r"(?<![\w$#.,-])(\d{4})(?![\w.,-])")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
SURE = 0.8  # of a word's uses within sentences that are written the same way, from which it is a name
SEEN = 2

# Parts of names that are ordinary words more often.
ORDINARY = frozenset(
    "kids steps connections connection ill la me mo ma pa o arm triple united id title association smiles partnership "
    "island college advantage affairs regions blue cross north south west apple quest liberty horizon guardian "
    "centers".split()
)
DAYS = {day.lower(): day for day in calendar.day_name}
WORDS_TOO = frozenset("IN OR ME HI OK OH LA PA MA ID AL CO DE".split())  # states whose short names are words
STATES_SHORT = frozenset(STATES.values()) - WORDS_TOO
REASON_CODE = re.compile(r"\b(?:co|pr|oa|pi|n|ma|m)-?\d{1,3}\b")


@dataclass(frozen=True, slots=True)
class Casing:
    """How the library writes names: single words, and whole names of payers in lower case."""

    words: Mapping[str, str]
    payers: Mapping[str, str]
    payer: re.Pattern[str]


def casing_of(passages: Iterable[Passage], lexicon: Lexicon) -> Casing:
    """Words that the library always writes with capitals, such as programs and abbreviations, and its payers."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for passage in passages:
        for sentence in passage.sentences:
            for match in WORD.finditer(sentence.text):
                word = match.group()
                begins = match.start() == 0 or sentence.text[match.start() - 2 : match.start()] in (". ", "? ", ": ")
                if not begins or (word.isupper() and len(word) > 1):
                    seen[word.lower()][word] += 1
    words = {"i": "I", **DAYS, **{state.lower(): state for state in STATES_SHORT}}
    for word, forms in seen.items():
        form, count = forms.most_common(1)[0]
        if form != word and word not in ORDINARY and count >= SEEN and count / forms.total() >= SURE:
            words[word] = form
    payers = {name.lower(): name for entry in lexicon.payers for name in (entry.full_name, entry.name)}
    return Casing(words, payers, phrase_pattern(tuple(payers)))


def spelled_out(text: str) -> str:
    """The text without the shorthand that has one meaning."""
    text = AGE.sub(r"\1 year old", text)
    text = TOOTH.sub(r"tooth \1", text).replace("tooth tooth", "tooth")
    text = WRITTEN_SHORT.sub(lambda match: SPELLED_OUT[match.group().lower()], text)
    return " ".join(text.split())


def is_plain(text: str) -> bool:
    """Whether words that were spelled out read as people talk, without shorthand or signs left."""
    words = {word.lower() for word in WORD.findall(text)}
    return len(text.split()) in WORDS and not SHORTHAND & words and not SIGNS.search(text)


def is_clause(text: str) -> bool:
    """Whether it begins as a whole question or statement does."""
    return text.split()[0].lower() in OPENERS


def tidy(text: str, casing: Casing, codes: Iterable[str], end: str = "?") -> str:
    """One sentence with a capital letter and a closing mark; names and codes written as the library writes them."""
    known = set(codes)
    text = BARE_CODE.sub(lambda m: f"D{m.group(1)}" if f"D{m.group(1)}" in known else m.group(), " ".join(text.split()))
    text = re.sub(r"\bd(\d{4})\b", r"D\1", text)
    text = REASON_CODE.sub(lambda match: match.group().upper(), text)
    text = WORD.sub(lambda match: _written(match.group(), casing.words), text)
    text = casing.payer.sub(lambda match: casing.payers.get(match.group().lower(), match.group()), text)
    text = re.sub(r"[.?!] [a-z]", lambda match: match.group().upper(), text.rstrip(" ?.!,:"))
    return f"{text[0].upper()}{text[1:]}{end}"


def _written(word: str, names: Mapping[str, str]) -> str:
    stem, mark, ending = word.partition("'")
    return word if stem != stem.lower() else f"{names.get(stem, stem)}{mark}{ending}"
