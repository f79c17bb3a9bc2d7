"""How a case is judged, and what many judgements come to. Pure functions over cases and what a system said.

Retrieval is measured with ir-measures over the records that prove a case. Intervals are 95% percentile intervals of a
bootstrap over cases (Efron and Tibshirani, 1993).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import ir_measures
import numpy as np
from ir_measures import RR, R, ScoredDoc, Success, nDCG

from assistant.lexicon import Lexicon, codes_in
from assistant.proof import reason_to_withhold
from assistant.types import Citation, Statement
from evals.cases import Case

RETRIEVAL = {"Success@1": Success @ 1, "Success@5": Success @ 5, "RR": RR, "nDCG@10": nDCG @ 10, "R@10": R @ 10}
RESAMPLES = 1_000
SEED = 20261123


class Mark(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    ABSTAINED = "abstained"  # an answer was to be had, and none was given


@dataclass(frozen=True, slots=True)
class Said:
    """What a system said to one case. `ranking` holds the records it found, best first."""

    outcome: str
    verdict: str | None
    text: str
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    notices: tuple[str, ...] = ()
    ranking: tuple[str, ...] = ()
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """How one case came out, in plain values that can be written to a file.

    `right_but_for_verdict` leaves the verdict out, for systems that give none. `expected` is the verdict, where one
    alone is right. `recall` is the share of statements that their citations prove, `precision` the share of citations
    without which a statement would not be proven; both are None where nothing was said. `dead_codes` are codes not
    valid on the date and not said to be so.
    """

    case: str
    kind: str
    half: str
    mark: Mark
    reasons: tuple[str, ...]
    right_but_for_verdict: bool
    false: bool
    verdict_right: bool | None
    expected: str | None
    over_refused: bool | None
    wrongly_answered: bool | None
    verbatim: float | None
    recall: float | None
    precision: float | None
    dead_codes: tuple[str, ...]
    words: int
    milliseconds: float
    outcome: str
    text: str
    retrieval: dict[str, float]


def judge(
    case: Case, said: Said, lexicon: Lexicon, known: Mapping[str, object], day_codes_valid: Callable[[str], bool]
) -> Judgement:
    """Right: the outcome and verdict are accepted, every fact is said and no false claim is."""
    accepted = said.outcome in case.outcome
    verdict_right = None if not case.verdicts else said.verdict in case.verdicts
    opposite = case.verdicts and {said.verdict, *case.verdicts} == {"yes", "no"} and len(set(case.verdicts)) == 1
    unsaid = [f"does not say {' | '.join(fact)}" for fact in case.facts if not is_said(fact, said.text)]
    claims = [f"says {claim}" for claim in case.must_not if is_said([claim], said.text)]
    reasons = [] if accepted else [f"outcome {said.outcome}, expected {' or '.join(case.outcome)}"]
    if accepted and verdict_right is False and said.outcome == "answered":
        reasons.append(f"verdict {said.verdict}, expected {' or '.join(case.verdicts)}")
    content = (unsaid if accepted else []) + claims
    answerable = "answered" in case.outcome
    abstained = not accepted and answerable
    right = not reasons and not content
    return Judgement(
        case=case.id,
        kind=case.kind,
        half=case.half,
        mark=Mark.RIGHT if right else Mark.ABSTAINED if abstained else Mark.WRONG,
        reasons=(*reasons, *content),
        right_but_for_verdict=accepted and not content,
        false=bool(claims) or bool(opposite and said.outcome == "answered"),
        verdict_right=verdict_right if said.outcome == "answered" else None,
        expected=case.verdicts[0].value if len(case.verdicts) == 1 else None,
        over_refused=(said.outcome != "answered") if case.outcome == ("answered",) else None,
        wrongly_answered=(said.outcome == "answered") if not answerable else None,
        **_proof(said, lexicon),
        dead_codes=tuple(sorted(_dead_codes(said, day_codes_valid))),
        words=len(said.text.split()),
        milliseconds=said.milliseconds,
        outcome=said.outcome,
        text=said.text,
        retrieval=retrieval_of(case, said.ranking, known),
    )


def is_said(alternatives: Sequence[str], text: str) -> bool:
    """Whether one of the alternatives, regular expressions in any case, is found in the text read as one line."""
    line = " ".join(text.split())
    return any(re.search(alternative, line, re.IGNORECASE) for alternative in alternatives)


def retrieval_of(case: Case, ranking: Sequence[str], known: Mapping[str, object]) -> dict[str, float]:
    """Retrieval measures of one case; empty when it names no record that the library holds. No result counts as 0."""
    qrels = {case.id: {record: 1 for record in case.records if record in known}}
    if not qrels[case.id]:
        return {}
    run = [ScoredDoc(case.id, record, -float(rank)) for rank, record in enumerate(ranking)]
    found = ir_measures.calc_aggregate(RETRIEVAL.values(), qrels, run) if run else {}
    return {name: float(found.get(measure, 0.0)) for name, measure in RETRIEVAL.items()}


def _proof(said: Said, lexicon: Lexicon) -> dict[str, float | None]:
    """Verbatim quotes, citation recall and citation precision of one answer."""
    if not said.statements:
        return {"verbatim": None, "recall": None, "precision": None}
    by_number = {citation.n: citation for citation in said.citations}
    proven, needed, cited = 0, 0, 0
    for statement in said.statements:
        own = [by_number[n] for n in statement.citations if n in by_number]
        supported = reason_to_withhold(statement, own, lexicon) is None
        proven += supported
        cited += len(own)
        for citation in own:
            others = [other for other in own if other is not citation]
            needed += supported and reason_to_withhold(statement, others, lexicon) is not None
    stands = [c.passage.text[c.start : c.end] == c.quote for c in said.citations]
    return {
        "verbatim": sum(stands) / len(stands) if stands else 0.0,
        "recall": proven / len(said.statements),
        "precision": needed / cited if cited else 0.0,
    }


def _dead_codes(said: Said, valid: Callable[[str], bool]) -> set[str]:
    """Codes named in statements that are not valid on the date, unless the answer says so of them."""
    warned = set(codes_in(" ".join(said.notices)))
    dead = set()
    for statement in said.statements:
        history = re.search(r"\b(?:deleted|no longer|until|through|ended|was|were|former|not)\b", statement.text)
        dead |= {code for code in codes_in(statement.text) if not valid(code) and not history}
    return dead - warned


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over cases with its 95% interval; `count` cases had a value."""

    value: float
    low: float
    high: float
    count: int


MEASURES: dict[str, Callable[[Judgement], float | bool | None]] = {
    "right": lambda j: j.mark is Mark.RIGHT,
    "wrong": lambda j: j.mark is Mark.WRONG,
    "abstained": lambda j: j.mark is Mark.ABSTAINED,
    "facts right": lambda j: j.right_but_for_verdict,
    "false statements": lambda j: j.false,
    "verdict": lambda j: j.verdict_right,
    # A "no" to everything would be right about two times in three, so each answer is measured for itself too.
    "verdict yes": lambda j: j.verdict_right if j.expected == "yes" else None,
    "verdict no": lambda j: j.verdict_right if j.expected == "no" else None,
    "over-refusal": lambda j: j.over_refused,
    "missed refusal": lambda j: j.wrongly_answered,
    "verbatim": lambda j: j.verbatim,
    "citation recall": lambda j: j.recall,
    "citation precision": lambda j: j.precision,
    "codes valid": lambda j: not j.dead_codes if j.outcome == "answered" else None,
    "words": lambda j: j.words,
    **{name: (lambda j, name=name: j.retrieval.get(name)) for name in RETRIEVAL},  # type: ignore[misc]
}


def figures(judgements: Sequence[Judgement]) -> dict[str, Figure]:
    """Every measure over the judgements that have a value for it; measures without any are left out."""
    generator = np.random.default_rng(SEED)
    found = {}
    for name, measure in MEASURES.items():
        values = np.array([float(value) for j in judgements if (value := measure(j)) is not None])
        if values.size:
            samples = generator.integers(0, values.size, size=(RESAMPLES, values.size))
            means = values[samples].mean(axis=1)
            low, high = np.percentile(means, [2.5, 97.5])
            found[name] = Figure(float(values.mean()), float(low), float(high), int(values.size))
    return found


def latency(judgements: Sequence[Judgement]) -> dict[str, float]:
    """Milliseconds of a warm answer: the median and the 95th percentile."""
    times = [j.milliseconds for j in judgements]
    return {"p50": float(np.percentile(times, 50)), "p95": float(np.percentile(times, 95))}
