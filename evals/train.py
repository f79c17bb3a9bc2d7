"""Learning the ranker's weights from the `dev` cases: `python -m evals --train`.

Of each case every sentence that retrieval brings is right when it says one of the facts that the answer must say, and
none of the claims that it must not. Right sentences should stand above the others of the same case, so the model is
fitted to differences of features between the two (logistic regression, as in Joachims, KDD 2002). Cases weigh alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from assistant.path import Assistant
from assistant.rank import Ranker
from evals.cases import Case
from evals.measures import is_said

NEGATIVES = 60  # of a case, those that a first look takes for the best
STRENGTH = 0.3  # inverse regularisation; the weights of rare kinds stay small

Rows = list[tuple[str, str, dict[str, float], int]]  # passage id, text, features, facts said


def rows_of(case: Case, assistant: Assistant) -> Rows:
    """The sentences that retrieval brings for a case, with their features and how many facts each says."""
    rooms = assistant.rooms()
    understood, evidence = assistant.look(case.question, case.history, case.payer, case.date_of_service)
    ranker = Ranker(rooms.index)
    rows: Rows = []
    for candidate in (*evidence.candidates, *evidence.lapsed):
        if candidate.passage.payer and not understood.payers:
            continue  # said as an example at most
        for position, (features, _, _) in enumerate(ranker.features(understood, candidate)):
            text = candidate.passage.sentences[position].text
            facts = 0 if is_said(case.must_not, text) else sum(is_said(fact, text) for fact in case.facts)
            rows.append((candidate.passage.id, text, features, facts))
    return rows


def trained(cases: Sequence[Case], assistant: Assistant) -> dict[str, float]:
    """Feature -> weight, fitted to the cases that expect an answer with facts."""
    data = [rows_of(case, assistant) for case in cases if "answered" in case.outcome and case.facts]
    return fitted(data)


def fitted(data: Sequence[Rows]) -> dict[str, float]:
    names = sorted({name for rows in data for _, _, features, _ in rows for name in features})
    column = {name: number for number, name in enumerate(names)}
    differences: list[NDArray[np.float64]] = []
    weights: list[float] = []
    for rows in data:
        table = np.zeros((len(rows), len(names)))
        for number, (_, _, features, _) in enumerate(rows):
            for name, value in features.items():
                table[number, column[name]] = value
        facts = np.array([said for _, _, _, said in rows])
        right, wrong = np.flatnonzero(facts), np.flatnonzero(facts == 0)
        if not right.size or not wrong.size:
            continue
        hard = wrong[np.argsort(-_first_look(rows)[wrong], kind="stable")[:NEGATIVES]]
        right = right[np.argsort(-_first_look(rows)[right], kind="stable")[: NEGATIVES // 4]]
        pairs = [(one, other) for one in right for other in hard]
        differences += [table[one] - table[other] for one, other in pairs]
        weights += [1.0 / len(pairs)] * len(pairs)
    matrix = np.stack(differences)
    scale = matrix.std(axis=0)
    scale[scale == 0] = 1.0
    # Each difference both ways round, so that both classes are there.
    model = LogisticRegression(C=STRENGTH, fit_intercept=False, max_iter=1_000)
    signs = np.r_[np.ones(len(matrix)), np.zeros(len(matrix))]
    model.fit(np.vstack([matrix, -matrix]) / scale, signs, sample_weight=np.r_[weights, weights])
    return {name: float(weight) for name, weight in zip(names, model.coef_[0] / scale, strict=True)}


def _first_look(rows: Rows) -> NDArray[np.float64]:
    return np.array(
        [
            f["cosine"] + f["asked cosine"] / 2 + f["words"] / 2 + f["own code"] / 3 + f["own payer"] / 2
            for _, _, f, _ in rows
        ]
    )
