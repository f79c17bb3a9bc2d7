"""The courses: one a category of codes, one a group of guides, one a group of payers' rules."""

from __future__ import annotations

from assistant.types import Passage, Topic

DUE, WEAK = "due", "weak"  # courses across the others: what is to be repeated, what a person gets wrong
TITLES = {
    "claim-form": "Filling in and sending the claim",
    "proof": "Attachments, narratives and honest claims",
    "denials": "Denials, EOBs and appeals",
    "benefits": "How plans pay: limits, downgrades, clauses",
    "two-plans": "Two plans, medical plans and Medicare",
    "money": "What the patient owes, refunds and assignment",
    "remote-care": "Teledentistry and case management",
    "coding": "Look-alike codes and bundling",
    "payer-coverage": "Payers: what they cover, and how often",
    "payer-approval": "Payers: prior authorization and documentation",
    "payer-remote": "Payers: remote visits and case management",
    "payer-filing": "Payers: filing, fees and appeals",
}
GUIDES = {
    "claim-form": ("claim-form-fields", "tooth-and-area-numbering", "dates-of-service", "place-of-service",
                   "diagnosis-codes", "corrected-claims", "timely-filing", "orthodontic-billing"),
    "proof": ("attachments", "narratives", "what-a-claim-must-never-say", "privacy"),
    "denials": ("denial-codes", "appeals", "reading-an-eob"),
    "benefits": ("frequency-limits", "alternate-benefit-and-downgrades", "missing-tooth-clause", "replacement-rules",
                 "waiting-periods", "predetermination-and-prior-authorization", "plans-and-codes"),
    "two-plans": ("coordination-of-benefits", "medical-cross-coding", "medicare-and-dental"),
    "money": ("balance-billing", "refunds", "assignment-of-benefits"),
    "remote-care": ("teledentistry", "case-management"),
    "coding": ("codes-easily-confused", "bundling"),
}  # fmt: skip
OTHER_GUIDES = "claim-form"  # for a guide that an office adds
RULES = {
    Topic.FREQUENCY: "payer-coverage",
    Topic.ELIGIBILITY: "payer-coverage",
    Topic.DOWNGRADE: "payer-coverage",
    Topic.BUNDLING: "payer-coverage",
    Topic.PRIOR_AUTHORIZATION: "payer-approval",
    Topic.DOCUMENTATION: "payer-approval",
    Topic.ATTACHMENTS: "payer-approval",
    Topic.TELEHEALTH: "payer-remote",
    Topic.CASE_MANAGEMENT: "payer-remote",
}
OTHER_RULES = "payer-filing"

_course_of_guide = {guide: course for course, guides in GUIDES.items() for guide in guides}


def course_of_guide(passage: Passage) -> str:
    name = passage.record.removeprefix("guide/").removeprefix("office/")
    return _course_of_guide.get(name, OTHER_GUIDES)


def course_of_rule(passage: Passage) -> str:
    return RULES.get(passage.topics[0], OTHER_RULES)
