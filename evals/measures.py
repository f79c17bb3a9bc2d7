"""How a case is judged, and what many judgements come to. Pure functions over cases and answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import ir_measures
from ir_measures import ScoredDoc, Success

from assistant.types import Answer, Answered
from evals.cases import Case


class Mark(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    ABSTAINED = "abstained"  # an answer was to be had, and none was given


@dataclass(frozen=True, slots=True)
class Judgement:
    """How one case came out. `reasons` say what is amiss; `ranking` holds the records found, best first."""

    case: Case
    mark: Mark
    reasons: tuple[str, ...]
    text: str
    quotes: int
    verbatim: int
    uncited: int
    ranking: tuple[str, ...]
    milliseconds: float


def judge(case: Case, answer: Answer, text: str, ranking: Sequence[str], milliseconds: float) -> Judgement:
    """Right: the outcome and verdict are accepted, every fact is said and no false claim is."""
    reasons = []
    abstained = False
    if answer.outcome not in case.outcome:
        reasons.append(f"outcome {answer.outcome}, expected {' or '.join(case.outcome)}")
        abstained = "answered" in case.outcome
    else:
        verdict = answer.verdict if isinstance(answer, Answered) else None
        if case.verdicts and verdict not in case.verdicts:
            reasons.append(f"verdict {verdict}, expected {' or '.join(case.verdicts)}")
        reasons += [f"does not say {' | '.join(fact)}" for fact in case.facts if not said(fact, text)]
    reasons += [f"says {claim}" for claim in case.must_not if said([claim], text)]
    mark = Mark.RIGHT if not reasons else Mark.ABSTAINED if abstained else Mark.WRONG
    citations = answer.citations if isinstance(answer, Answered) else ()
    statements = answer.statements if isinstance(answer, Answered) else ()
    return Judgement(
        case=case,
        mark=mark,
        reasons=tuple(reasons),
        text=text,
        quotes=len(citations),
        verbatim=sum(citation.passage.text[citation.start : citation.end] == citation.quote for citation in citations),
        uncited=sum(not statement.citations for statement in statements),
        ranking=tuple(ranking),
        milliseconds=milliseconds,
    )


def said(alternatives: Sequence[str], text: str) -> bool:
    """Whether one of the alternatives, regular expressions in any case, is found in the text read as one line."""
    line = " ".join(text.split())
    return any(re.search(alternative, line, re.IGNORECASE) for alternative in alternatives)


def success_at(k: int, judgements: Sequence[Judgement], known: Mapping[str, object]) -> float | None:
    """Success@k over the cases that name proving records which the library holds; None when there are none."""
    measure = Success @ k
    qrels = {
        judgement.case.id: {record: 1 for record in judgement.case.records if record in known}
        for judgement in judgements
    }
    qrels = {case: records for case, records in qrels.items() if records}
    if not qrels:
        return None
    run = [
        ScoredDoc(judgement.case.id, record, -float(rank))
        for judgement in judgements
        for rank, record in enumerate(judgement.ranking)
    ]
    # iter_calc skips queries without results; a case without result counts as zero here.
    values = {value.query_id: value.value for value in ir_measures.iter_calc([measure], qrels, run)}
    return sum(values.get(case, 0.0) for case in qrels) / len(qrels)
