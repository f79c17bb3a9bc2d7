"""What is known of a document as a whole: whose it is, of what kind, and for which dates of service it holds."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class DocumentKind(StrEnum):
    CODE_BOOK = "code book"
    MANUAL = "manual"
    POLICY = "policy"
    BENEFITS = "benefits"  # a benefit booklet or summary of a plan
    FEE_SCHEDULE = "fee schedule"
    NEWSLETTER = "newsletter"
    EOB = "explanation of benefits"
    NOTES = "notes"
    OTHER = "other"


OF_A_PAYER = frozenset(
    {
        DocumentKind.MANUAL,
        DocumentKind.POLICY,
        DocumentKind.BENEFITS,
        DocumentKind.FEE_SCHEDULE,
        DocumentKind.NEWSLETTER,
        DocumentKind.EOB,
    }
)
"""Kinds of documents that speak for one payer."""


class DocumentFacts(BaseModel):
    """Each field None where the document does not say it and nobody told it.

    `payer` is a payer's id in the library, or else a name as written. `state` is a two-letter abbreviation. `dated` is
    the day that the document carries, `effective` and `expires` are inclusive, `edition` is a CDT year.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = ""
    kind: DocumentKind = DocumentKind.OTHER
    payer: str | None = None
    program: str | None = None
    state: str | None = None
    dated: date | None = None
    effective: date | None = None
    expires: date | None = None
    edition: int | None = None

    @property
    def payer_untold(self) -> bool:
        """Whether the document speaks for a payer that neither it nor a person has named."""
        return self.payer is None and self.kind in OF_A_PAYER
