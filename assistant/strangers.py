"""A payer that the library does not know, told by the way in which a question names it.

Without this, a question on such a payer would be read as one on no payer, and what another says might be taken for its
rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable

CODE = r"D\d{4}\b"
ASKED_OF = re.compile(
    r"\b(?:does|will|would|do|is)\s+((?:[a-z][a-z&'’.-]*\s+){1,3}?)(?:cover|covers|pay|pays|allow|allows|accept|require|"
    r"reimburse|waive|want|limit|downgrade)\b",
    re.IGNORECASE,
)
NAME = r"(?:[a-z][a-z&'’-]+ )"
COMPANY = re.compile(
    rf"\b({NAME}{{1,4}})((?:dental|insurance|assurance|life|mutual|health|benefits)"
    r"(?: (?:dental|plans?|insurance|benefits|ppo|dhmo|company|services))*)\b",
    re.IGNORECASE,
)
LEADING = re.compile(rf"^({NAME}{{1,2}}?)(?={CODE})", re.IGNORECASE)  # "Granite D2950"
FIRST_WORD = re.compile(r"^([A-Z][a-z&'’-]{3,})(?= [a-z])")  # "Solstice perio maintenance"
NO_PAYER = frozenset(
    "they it that this most any the a an some we i you usually typically ever not code codes medicaid medicare my our "
    "your her their what which who how when why where is are was does do did will would can could should may must "
    "has have had for with under by from in on of and or but about to between vs without patient patients".split()
)
PAYERS_IN_GENERAL = frozenset(
    "insurance ins plan plans payer payers carrier carriers dental commercial ppo dhmo hmo".split()
)
SHORTEST = 5  # letters of a name; shorter words are not kept, so that none is known
LONGEST = 6  # words of a question that has no verb


def stranger_in(question: str, is_known: Callable[[str], bool]) -> str | None:
    """The name of a payer in a question that names none of the library's; None where it names no other either.

    `is_known` tells whether the library uses a word, in lower case.
    """
    match = ASKED_OF.search(question)
    if match is not None:
        words = set(match.group(1).lower().split())
        if not words & NO_PAYER and not words <= PAYERS_IN_GENERAL and not re.search(CODE, match.group(1)):
            return match.group(1).strip()
    for match in COMPANY.finditer(question):
        if own := _strange(match.group(1).split(), is_known):
            return f"{own} {match.group(2)}"
    if (match := LEADING.match(question)) is not None and (own := _strange(match.group(1).split(), is_known)):
        return own
    match = FIRST_WORD.match(question) if len(question.split()) <= LONGEST else None
    return _strange([match.group(1)], is_known) if match is not None else None


def _strange(words: list[str], is_known: Callable[[str], bool]) -> str | None:
    """The last words from the first that the library never uses: as written a name, or a single one.

    In small letters several such words are no name: "father carries" dental.
    """
    after = max((number + 1 for number, word in enumerate(words) if word.lower() in NO_PAYER), default=0)
    own = words[after:]
    while own and (is_known(own[0].lower()) or own[0].lower().endswith(("'s", "’s"))):
        own = own[1:]
    is_name = all(word[0].isupper() for word in own) or (len(own) == 1 and len(words[after:]) == 1)
    return " ".join(own) if own and is_name and len(own[0]) >= SHORTEST else None
