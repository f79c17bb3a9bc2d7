"""Ages and intervals: what a case comes to under the limits of a sentence."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.limits import Clue, age_in, ages_of, clues, days_since, holds_on, intervals_of

TODAY = date(2026, 11, 23)
UNDER_21 = "Members under 21 get one D1351 a tooth."
THREE_A_YEAR = "Alabama Medicaid allows three units of D0140 per calendar year."
EVERY_FIVE_YEARS = "The plan allows D0210 once every five years."


@pytest.mark.parametrize(
    ("question", "age"),
    [
        ("medi-cal SDF for healthy 9 yr old covered?", 9),
        ("seal on #12 for a 15 yo, ok?", 15),
        ("TennCare kid, 15, needs a crown on 19", 15),
        ("patient is 45 years old, D0120 today", 45),
        ("saw a 6 month old for first dental home", 0.5),
        ("kid turned three yesterday", 3),
        ("age 20 and on AHCCCS", 20),
        ("does an adult get fluoride", 21),
        ("last pano was 9 years ago", None),
        ("crown on tooth 19 for my patient", None),
        ("patient had 4 teeth out", None),
        ("D1351 twice a year", None),
    ],
)
def test_the_age_of_the_patient(question: str, age: float | None) -> None:
    assert age_in(question) == age


@pytest.mark.parametrize(
    ("sentence", "inside", "outside"),
    [
        ("covers SDF for children under 7", 6, 7),
        ("for ages 0-20", 20, 21),
        ("adults 21 and over get cleanings", 21, 20),
        ("limits therapy from age 21 to anterior teeth", 30, 20),
        ("sealants through age 18", 18, 19),
        ("for ages 13 to 18", 13, 12),
        ("allowed for members 10 or older", 10, 9),
    ],
)
def test_the_ages_of_a_sentence(sentence: str, inside: float, outside: float) -> None:
    (low, high), *_ = ages_of(sentence)
    assert low <= inside <= high
    assert not low <= outside <= high


@pytest.mark.parametrize("sentence", ["limits D0210 to 60 months", "under rule 21 CFR 5", "D1351 on teeth 2 to 15"])
def test_what_is_no_age(sentence: str) -> None:
    assert ages_of(sentence) == []


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("last one was 6 years ago", 2190),
        ("saw her five weeks ago", 35),
        ("again 8 months later", 243),
        ("today", None),
    ],
)
def test_the_time_since_the_last_service(question: str, days: float | None) -> None:
    found = days_since(question, TODAY)
    assert found == days if days is None else found == pytest.approx(days, abs=1)


@pytest.mark.parametrize(
    ("sentence", "days"),
    [("once every five years", [1825]), ("one per 12 months", [365]), ("at least 60 days between visits", [60])],
)
def test_the_intervals_of_a_sentence(sentence: str, days: list[float]) -> None:
    assert intervals_of(sentence) == pytest.approx(days, abs=1)


@pytest.mark.parametrize(
    ("question", "sentence", "found"),
    [
        ("sealant for a 15 yo?", UNDER_21, Clue.WITHIN_AGES),
        ("sealant for a 30 yo?", UNDER_21, Clue.OUTSIDE_AGES),
        ("FMX, last one was 6 years ago", EVERY_FIVE_YEARS, Clue.LATE_ENOUGH),
        ("FMX again, last one 3 years ago", EVERY_FIVE_YEARS, Clue.TOO_SOON),
        ("a second D0140 this year?", THREE_A_YEAR, Clue.FEW_ENOUGH),
        ("a fourth D0140 this year?", THREE_A_YEAR, Clue.TOO_MANY),
        ("will they pay 3 cleanings a year?", "The plan pays D1110 twice per calendar year.", Clue.TOO_MANY),
    ],
)
def test_what_a_case_comes_to(question: str, sentence: str, found: Clue) -> None:
    assert clues(question, sentence, TODAY) == (found,)


def test_nothing_is_compared_where_one_side_is_silent() -> None:
    assert clues("sealant today?", UNDER_21, TODAY) == ()
    assert clues("sealant for a 15 yo?", "D1351 is a sealant.", TODAY) == ()


@pytest.mark.parametrize(
    ("sentence", "holds", "does_not"),
    [
        ("Do not use D2390 on a back tooth before 2027.", date(2026, 12, 31), date(2027, 1, 1)),
        ("Use D9248 only for dates of service up to 2025-12-31.", date(2025, 12, 31), date(2026, 1, 1)),
        ("Since 2026, D2391 applies whatever the depth.", date(2026, 1, 1), date(2025, 12, 31)),
        ("Do not use D9248 in 2026 or later.", date(2026, 3, 1), date(2025, 12, 31)),
    ],
)
def test_a_sentence_holds_within_its_own_dates(sentence: str, holds: date, does_not: date) -> None:
    assert holds_on(holds, sentence)
    assert not holds_on(does_not, sentence)
