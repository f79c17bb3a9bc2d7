"""Understanding: codes, payers, dates and topics as staff write them, and what a follow-up takes over."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.errors import EmptyQuestion, QuestionTooLong
from assistant.path import Assistant
from assistant.types import AS_READ, NoticeKind, Topic, Turn, Understood, Without

TODAY = date(2026, 11, 23)
LEAD = Turn("user", "can I bill D9992 for telehealth?")


@pytest.fixture
def read(assistant: Assistant):  # type: ignore[no-untyped-def]
    understanding = assistant.rooms().understanding

    def _read(
        question: str,
        *history: Turn,
        payer: str | None = None,
        day: date | None = None,
        without: Without = AS_READ,
    ) -> Understood:
        return understanding.read(question, history, payer, day, TODAY, without)

    return _read


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("can I bill D9992?", ("D9992",)),
        ("9992 wa medicaid?", ("D9992",)),
        ("d 9992 and D-9995", ("D9992", "D9995")),
        ("9991 thru 9994", ("D9991", "D9994", "D9992", "D9993")),
        ("FMX how often", ("D0210",)),
        ("limits in 2020 for a $2020 claim", ()),
        ("claim from 2020-01-15", ()),
        ("is D1234 real", ("D1234",)),
        ("D999 frequency", ("D999",)),
        ("PA of #3, which code", ("D0220",)),
        ("NJ FamilyCare perio PA, which forms?", ()),
        ("does Apple Health require a PA for gum treatment", ()),
        ("D27400 crown", ("D27400",)),
        ("D999 or D2740", ("D2740",)),
    ],
)
def test_codes(read, question: str, codes: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    assert read(question).codes == codes


@pytest.mark.parametrize(
    ("question", "payer"),
    [
        ("does apple health pay D9992", "wa-hca-apple-health"),
        ("9992 wa medicaid?", "wa-hca-apple-health"),
        ("medicaid in washington D9992", "wa-hca-apple-health"),
        ("texas medicaid D9995", "tx-tmhp-thsteps"),
        ("texas mediciad D9995", "tx-tmhp-thsteps"),
        ("apple helth D9992", "wa-hca-apple-health"),
    ],
)
def test_payers(read, question: str, payer: str) -> None:  # type: ignore[no-untyped-def]
    assert payer in read(question).payers


def test_a_payer_with_a_slip_of_the_pen_is_found(read) -> None:  # type: ignore[no-untyped-def]
    assert read("D9992?", payer="Washingtn Apple Helth").payers == ("wa-hca-apple-health",)


def test_a_payer_that_nobody_knows_is_said_so(read) -> None:  # type: ignore[no-untyped-def]
    understood = read("D9992?", payer="Zorblatt Mutual")
    assert (understood.payers, understood.unknown_payer) == ((), "Zorblatt Mutual")


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("D9992 on 2020-04-10", date(2020, 4, 10)),
        ("D9992 on 4/10/2020", date(2020, 4, 10)),
        ("D9992 on 4/10/20", date(2020, 4, 10)),
        ("D9992 on April 10, 2020", date(2020, 4, 10)),
        ("D9992 in april 2020", date(2020, 4, 1)),
        ("D9992 in 2020", date(2020, 1, 1)),
        ("D9992 last year", date(2025, 11, 23)),
        ("D9992 on 2020/04/10", date(2020, 4, 10)),
        ("D9992 on 4.10.2020", date(2020, 4, 10)),
        ("D9992 on the 10th of April 2020", date(2020, 4, 10)),
        ("D9992 back in apr '20", date(2020, 4, 1)),
        ("FMX, last one was 3/1/2024, ok today?", TODAY),
        ("D0210 today, had one in march 2022", TODAY),
        ("crown seated 3/1/2024, D2740?", date(2024, 3, 1)),
        ("D9992", TODAY),
    ],
)
def test_dates(read, question: str, day: date) -> None:  # type: ignore[no-untyped-def]
    assert read(question).date_of_service == day


def test_a_day_that_is_none_is_answered_for_today_with_a_notice(read) -> None:  # type: ignore[no-untyped-def]
    understood = read("D9992 on 2024-02-31")
    assert understood.date_of_service == TODAY
    assert "2024-02-31" in understood.notices[0].text


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("what do I attach to D9230", Topic.ATTACHMENTS),
        ("D0140 denied", Topic.DENIAL),
        ("how often D0210", Topic.FREQUENCY),
        ("D0120 vs D0150", Topic.COMPARE),
        ("is D9220 still valid", Topic.VALIDITY),
    ],
)
def test_topics(read, question: str, topic: Topic) -> None:  # type: ignore[no-untyped-def]
    assert topic in read(question).topics


def test_a_follow_up_takes_code_topic_and_date_over(read) -> None:  # type: ignore[no-untyped-def]
    earlier = Turn("user", "can I bill D9992 for telehealth on 2020-04-10?")
    understood = read("and apple health?", earlier)
    assert understood.codes == ("D9992",)
    assert understood.payers == ("wa-hca-apple-health",)
    assert understood.date_of_service == date(2020, 4, 10)
    assert Topic.TELEHEALTH in understood.topics


def test_a_follow_up_takes_the_payer_over(read) -> None:  # type: ignore[no-untyped-def]
    earlier = Turn("user", "does texas medicaid pay D9995?")
    assert read("and D9996?", earlier).payers == ("tx-tmhp-thsteps",)


def test_a_new_question_drags_nothing_along(read) -> None:  # type: ignore[no-untyped-def]
    understood = read("what do I attach to D9230 for an adult patient with special needs?", LEAD)
    assert understood.codes == ("D9230",)
    assert Topic.TELEHEALTH not in understood.topics
    assert understood.carried == ()


def test_an_empty_question_is_refused(read) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EmptyQuestion, match="empty"):
        read(" \n ")


def test_a_very_long_question_is_refused(read) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(QuestionTooLong, match="20,000 characters"):
        read("x" * 20_000)


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("D9248 dos 12-31-2025", date(2025, 12, 31)),
        ("D9248 on 31 December 2025", date(2025, 12, 31)),
        ("is maryland 9992 ok", TODAY),
        ("dental decay 2391", TODAY),
        ("dec 0000 D0140", TODAY),
        ("fillings on teeth 2/3/14", TODAY),
        ("what changed in CDT 2026", TODAY),
    ],
)
def test_what_is_a_date_and_what_is_not(read, question: str, day: date) -> None:  # type: ignore[no-untyped-def]
    assert read(question).date_of_service == day


def test_a_word_like_a_month_does_not_eat_the_code(read) -> None:  # type: ignore[no-untyped-def]
    assert read("dental decay 2391").codes == ("D2391",)


@pytest.mark.parametrize(
    "question", ["does Acme Dental cover D0140?", "will zorblatt pay D1351", "wyoming medicaid D8080"]
)
def test_a_payer_named_in_the_question_that_nobody_knows(read, question: str) -> None:  # type: ignore[no-untyped-def]
    assert read(question).unknown_payer is not None


@pytest.mark.parametrize(
    "question", ["does insurance pay D0140?", "do they cover D0140", "is it covered by most plans"]
)
def test_insurance_in_general_is_no_payer(read, question: str) -> None:  # type: ignore[no-untyped-def]
    assert read(question).unknown_payer is None


def test_a_payer_in_the_question_outranks_one_picked_beside_it(read) -> None:  # type: ignore[no-untyped-def]
    understood = read("does texas medicaid pay D9995?", payer="Washington Apple Health")
    assert understood.payers == ("tx-tmhp-thsteps",)
    assert "Texas" in understood.notices[0].text


def test_broken_characters_are_left_out(read) -> None:  # type: ignore[no-untyped-def]
    assert read("D9992 \ud800 telehealth").codes == ("D9992",)


APPLE = "wa-hca-apple-health"
NO_APPLE = Without(payers=frozenset({APPLE}))
NO_DATE = Without(date=True)


def no_code(*codes: str) -> Without:
    return Without(codes=frozenset(codes))


def test_a_date_is_told_from_merely_today(read) -> None:  # type: ignore[no-untyped-def]
    assert not read("D9992").dated
    assert not read("D9992 on 2024-02-31").dated
    assert read("D9992 on 2020-04-10").dated
    assert read("D9992", day=TODAY).dated
    assert read("and D9995?", Turn("user", "D9992 for telehealth on 2020-04-10?")).dated


def test_a_code_taken_away_is_neither_read_nor_searched(read) -> None:  # type: ignore[no-untyped-def]
    understood = read("D0140 vs 0170", without=no_code("D0140"))
    assert understood.codes == ("D0170",)
    assert "D0140" not in understood.search
    assert understood.question == "D0140 vs 0170", "the question stays as it was typed"


def test_a_code_meant_by_shorthand_is_taken_away_too(read) -> None:  # type: ignore[no-untyped-def]
    assert read("FMX how often", without=no_code("D0210")).codes == ()


def test_no_older_code_moves_up_for_one_taken_away(read) -> None:  # type: ignore[no-untyped-def]
    understood = read("D0140?", LEAD, without=no_code("D0140"))
    assert understood.codes == ()
    carried = read("and apple health?", LEAD, without=no_code("D9992"))
    assert (carried.codes, carried.carried) == ((), ())


@pytest.mark.parametrize("picked", [None, "Washington Apple Health"])
def test_a_payer_taken_away_leaves_any_payer(read, picked: str | None) -> None:  # type: ignore[no-untyped-def]
    understood = read("does apple health pay D9992", payer=picked, without=NO_APPLE)
    assert (understood.payers, understood.unknown_payer) == ((), None)
    assert "apple" not in understood.search.lower()


def test_an_unknown_payer_is_taken_away_by_its_name(read) -> None:  # type: ignore[no-untyped-def]
    without = Without(payers=frozenset({"Zorblatt Mutual"}))
    assert read("D9992?", payer="Zorblatt Mutual", without=without).unknown_payer is None


def test_a_payer_taken_away_leaves_no_notice_about_it(read) -> None:  # type: ignore[no-untyped-def]
    without = Without(payers=frozenset({"tx-tmhp-thsteps"}))
    understood = read("does texas medicaid pay D9995?", payer="Washington Apple Health", without=without)
    assert NoticeKind.PAYER not in {notice.kind for notice in understood.notices}


@pytest.mark.parametrize("day", [None, date(2020, 4, 10)])
def test_without_the_date_it_is_today(read, day: date | None) -> None:  # type: ignore[no-untyped-def]
    understood = read("D9992 in april 2020", day=day, without=NO_DATE)
    assert (understood.date_of_service, understood.dated, understood.notices) == (TODAY, False, ())


def test_what_was_carried_over_is_taken_away(read) -> None:  # type: ignore[no-untyped-def]
    earlier = Turn("user", "does apple health pay D9992 for telehealth on 2020-04-10?")
    assert set(read("and D9995?", earlier).carried) == {"payer", "date"}
    understood = read("and D9995?", earlier, without=NO_APPLE | NO_DATE)
    assert (understood.codes, understood.payers, understood.date_of_service) == (("D9995",), (), TODAY)
    assert understood.carried == ()


def test_what_was_taken_away_does_not_come_back_with_a_follow_up(read) -> None:  # type: ignore[no-untyped-def]
    first = Turn("user", "does apple health pay D9992 on 2020-04-10?")
    second = Turn("user", "and D9995?", NO_APPLE | NO_DATE)
    understood = read("and D9996?", first, second)
    assert (understood.payers, understood.dated) == ((), False)
    again = read("and D9996?", first, second, Turn("user", "and for apple health?"))
    assert again.payers == (APPLE,), "named anew, it counts again"


def test_removals_add_up() -> None:
    assert NO_APPLE | NO_DATE | no_code("D0140") == Without(frozenset({"D0140"}), frozenset({APPLE}), True)
