"""Everything Bitewing raises on purpose, each saying what the user can do about it.

BitewingError
  + QuestionError          the question cannot be taken as it stands
    - EmptyQuestion
    - QuestionTooLong
    - InvalidDate          a date of service that is no calendar date
    - InvalidAge           a patient's age that is none
  + KnowledgeError         a file in knowledge/ does not follow the schema
  + SnapshotError          the index cannot answer
    - IndexMissing
    - IndexBroken
  + EncoderError           the embedding model is not the one that was checked
  + DocumentError          a document cannot be read, or the library of documents cannot do what was asked
  + PromptError            a phrase is missing, or its placeholders do not fit
  + GapListError           the list of gaps cannot be used (in views/)
  + ConversationsError     conversations cannot be kept or opened (in views/)
  + ConversationGone       a conversation was deleted in another window (in views/)
  + TrainingError          what was learned cannot be kept (in views/)
  + CaseError, ResultsError   files of the eval suite (in evals/)

The library raises; only the edges (command line, views) turn errors into messages.
"""

from __future__ import annotations


class BitewingError(Exception):
    """Base of all. `str(error)` is one line that a user can act on."""


class QuestionError(BitewingError):
    """The question or one of its settings cannot be taken as it stands."""


class EmptyQuestion(QuestionError):
    def __init__(self) -> None:
        super().__init__("The question is empty. Type a code or a question, such as: can I bill D9992 for telehealth?")


class QuestionTooLong(QuestionError):
    def __init__(self, length: int, limit: int) -> None:
        super().__init__(
            f"The question has {length:,} characters; the limit is {limit:,}. "
            "Ask about one claim at a time, without pasted records."
        )


class InvalidDate(QuestionError):
    def __init__(self, text: str) -> None:
        super().__init__(
            f"“{text}” is not a calendar date. Write the date of service as YYYY-MM-DD, such as 2026-03-31."
        )


class InvalidAge(QuestionError):
    def __init__(self, text: str) -> None:
        super().__init__(f"“{text}” is no age. Write it in whole years, such as 34, or leave it empty.")


class KnowledgeError(BitewingError):
    """Knowledge that breaks its schema. `problems` holds one line a defect: file, record, field, what to do."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        shown = "\n".join(problems[:20])
        more = f"\n… and {len(problems) - 20} more" if len(problems) > 20 else ""
        super().__init__(f"{len(problems)} problem(s) in the knowledge files:\n{shown}{more}")


class SnapshotError(BitewingError):
    """The index cannot answer."""


class IndexMissing(SnapshotError):
    def __init__(self, home: str) -> None:
        super().__init__(f"There is no index in {home} yet. Run `bitewing ingest` once; it takes about a minute.")


class IndexBroken(SnapshotError):
    def __init__(self, detail: str) -> None:
        super().__init__(f"The index cannot be read ({detail}). Run `bitewing ingest --rebuild`.")


class EncoderError(BitewingError):
    """The embedding model could not be loaded or is not the file that was checked."""


class DocumentError(BitewingError):
    """A document that cannot be read or named; says which and what to do."""


class PromptError(BitewingError):
    """A phrase file in prompts/ lacks an entry or a placeholder."""
