"""What form a question has: whether a yes or no would answer it, or what, which and how are asked."""

from __future__ import annotations

import re

YES_NO = re.compile(
    r"(?:^|[,;:.?]\s*|\b(?:so|and|but|then|still)\s+)(?:can|could|may|must|should|shall|is|are|was|were|do|does|did|will|"
    r"would|has|have|am)\b"
    r"|\b(?:can|could|may|must|should|do|does|did|will|is|are) (?:i|we|you|they|it|he|she|there|this|that|the|D\d{4})\b"
    r"|\b(?:isn't|isnt|aren't|right|correct|ok|okay|billable|payable|reportable|covered)\b[^.]{0,30}\??$",
    re.IGNORECASE,
)
OPEN_QUESTION = re.compile(
    r"\b(?:what|which|how|why|when|where|who|whose)(?:\'?s)?\b|\bdifference\b|\bnext step\b", re.IGNORECASE
)
ASSERTED = re.compile(
    r"\b(?:we|i|they|it|that|this|you|codes?|D\d{4}) "
    r"(?:can|cannot|can't|is|are|includes?|means|counts?|covers?|pays?|has to)\b|"
    r"\bany (?:point|use)\b|\banything (?:needed|required)\b|\bneed anything\b|"
    r"\bsame (?:tooth|day|date|visit|claim)\??$|"
    r"\b(?:doesn'?t|isn'?t|aren'?t|right|correct|true) ?(?:it|they)?\b",
    re.IGNORECASE,
)
ALSO_ASKED = re.compile(
    r"[,?.;]\s+(?:and\s+|so\s+)?(?:can|may|should|do|is|are|will) (?:i|we|it|they|the)\b", re.IGNORECASE
)
NOUN_ASKED = re.compile(
    r"""
    (?:^|[\s,])codes?\ for\ [\w\s]{2,60}\?$
    | (?:^|[\s,])(?:codes?|cdt|narrative|documentation|frequency|limits?|fee|attachments?|deadline|replacement|meaning
      |kids|adults)\?*$
    | ^[\w\s]{0,12}\?$
    | ^(?:and|what\ about)\ [\w\s]{0,30}\?$
    """,
    re.IGNORECASE | re.VERBOSE,
)
COURTESY = re.compile(
    r"""(?:(?:
    ok(?:ay)?|great|good|perfect|cool|nice|awesome|got\ it|understood|alright|that\ helps|all\ set
    | hi|hello|hey|there|good\ (?:morning|afternoon)|bye|goodbye
    | thanks?|thank\ (?:you|u)|thx|ty|much\ appreciated|so\ much|very\ much|a\ lot|again|for\ (?:your|the)\ help
    )[\s,.!]*)+""",
    re.IGNORECASE | re.VERBOSE,
)


def is_courtesy(question: str) -> bool:
    """Whether nothing is asked: "ok great, thank you!"."""
    return COURTESY.fullmatch(question.strip()) is not None


def asks_yes_or_no(question: str) -> bool:
    """Whether a yes or a no would answer; "how often can we bill D0210" would not be answered by one."""
    match = YES_NO.search(question)
    asked = OPEN_QUESTION.search(question)
    if match is not None:
        return asked is None or asked.start() > match.start() or ALSO_ASKED.search(question) is not None
    # "D4910 + D4342 same day?" asks whether, though no verb says so; "soft guard, code?" asks which.
    if asked is not None:
        return False
    return ASSERTED.search(question) is not None or (question.endswith("?") and NOUN_ASKED.search(question) is None)
