"""Choosing the threshold between answering and abstaining, on the `dev` half alone.

A question that names neither code nor payer is answered where the nearest key reaches the cosine `answer_floor`. Each
candidate value is tried on all `dev` cases; the one chosen has the most right less wrong. Wrong here is mostly
incomplete or hedged: false statements are counted apart and are few, so a wrong answer costs no more than a right one
gains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.encoder import Encoder
from assistant.settings import Settings
from evals.cases import Case
from evals.measures import Mark
from evals.run import judged
from evals.systems import Bitewing

FLOORS = (0.42, 0.50, 0.58, 0.66)
COST_OF_WRONG = 1.0


@dataclass(frozen=True, slots=True)
class Point:
    """One value of the threshold: what came of the `dev` cases with it."""

    floor: float
    answered: int
    right: int
    wrong: int

    @property
    def worth(self) -> float:
        return self.right - COST_OF_WRONG * self.wrong


def curve(cases: Sequence[Case], settings: Settings, encoder: Encoder) -> list[Point]:
    """The points of the curve over the `dev` cases, by rising threshold."""
    dev = [case for case in cases if case.half == "dev"]
    points = []
    for floor in FLOORS:
        system = Bitewing(settings.model_copy(update={"answer_floor": floor}), encoder)
        judgements = judged(system, dev, system.assistant.rooms().index)
        points.append(
            Point(
                floor=floor,
                answered=sum(j.outcome == "answered" for j in judgements),
                right=sum(j.mark is Mark.RIGHT for j in judgements),
                wrong=sum(j.mark is Mark.WRONG for j in judgements),
            )
        )
    return points


def chosen(points: Sequence[Point]) -> float:
    """The threshold worth most; the lowest of equals."""
    return max(points, key=lambda point: (point.worth, -point.floor)).floor
