"""The check of a claim: how pasted lines are read, what is found, and how much of it, on the real knowledge."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import yaml

from assistant.encoder import Encoder
from assistant.index import Index, IndexStore
from assistant.lexicon import codes_in
from assistant.path import Assistant
from assistant.settings import ROOT, Settings
from assistant.types import PassageKind
from ingest.build import build_index
from tests.conftest import TODAY
from tests.test_ingest import write
from views.claims.ages import ages_in, excludes
from views.claims.check import Report, check
from views.claims.findings import Finding, Kind, Severity, unproven
from views.claims.lines import Area, Row, is_tooth, line_of, place_of, quadrant_of, teeth_of
from views.claims.needs import Place, needs_of, own_sentences
from views.claims.pasted import Pasted, read_paste
from views.claims.periods import Limit, limits_in

APPLE = "wa-hca-apple-health"
DAY = date(2026, 11, 20)
LEAST_FOUND, MOST_ALARMS = 0.97, 0.02  # of the planted errors; of the claims that raise one that was not planted


@pytest.fixture(scope="module")
def index(assistant: Assistant) -> Index:
    return assistant.rooms().index


def read(text: str, index: Index) -> Pasted:
    return read_paste(text, index.lexicon, lambda code: needs_of(code, index, TODAY))


def checked(text: str, index: Index, payer: str | None = None, age: int | None = None) -> Report:
    pasted = read(text, index)
    lines = [line_of(row, number, TODAY) for number, row in enumerate(pasted.rows, 1)]
    return check(lines, index, TODAY, payer, pasted.age if age is None else age)


def found(report: Report) -> set[str]:
    return {" ".join((one.kind, *map(str, one.lines))) for one in report.found}


# Reading


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("D2392 #14 MO 11/20/2026", Row("D2392", "14", "", "MO", "11/20/2026")),
        ("14 MOD D2393", Row("D2393", "14", "", "MOD")),
        ("D4341 UR", Row("D4341", "", "UR")),
        ("2392 14 mo 11/20/26", Row("D2392", "14", "", "MO", "11/20/2026")),
        ("d2930 K", Row("D2930", "K")),
        ("D2391 B O", Row("D2391", "B", "", "O")),
        ("D2140 O 19", Row("D2140", "19", "", "O")),
        ("D7140 D", Row("D7140", "D")),
        ("D2330 8 M O D", Row("D2330", "8", "", "MOD")),
        ("DO120", Row("D0120")),
        ("D5110 01", Row("D5110", "", "01")),
        ("D4341 10", Row("D4341", "", "10")),
        ("D2740 10", Row("D2740", "10")),
        ("D1351 #3, 14, 19, 30", Row("D1351", "3, 14, 19, 30")),
        ("D4341 LL 11/20/26 last 3/2/2024", Row("D4341", "", "LL", "", "11/20/2026", "03/02/2024")),
        (
            "11/20/2026\t14\tMO\tD2392\tResin-two surfaces, posterior\t225.00",
            Row("D2392", "14", "", "MO", "11/20/2026"),
        ),
        ("11/20/2026,D2740,14,1,1250.00", Row("D2740", "14", "", "", "11/20/2026")),
        ("11/20/2026 | 30 | MODB | D2394 | comp 4 surf | $310.00", Row("D2394", "30", "", "MODB", "11/20/2026")),
        ("D0274 4 films $62.00", Row("D0274")),
        ("D7140 #U", Row("D7140", "U")),
        ("D239 14 MO", Row("D239", "14", "", "MO")),
    ],
)
def test_a_line_is_read_in_any_order(index: Index, text: str, row: Row) -> None:
    assert read(text, index).rows == (row,)


def test_a_header_tells_what_stands_in_each_column(index: Index) -> None:
    text = 'Tooth,Surf,Service Date,Proc Code,Description,Fee\n14,MO,11/20/2026,D2392,"Resin, 2 surf",225\n,,,D0220,,32'
    assert read(text, index).rows == (Row("D2392", "14", "", "MO", "11/20/2026"), Row("D0220"))


def test_a_date_of_its_own_holds_for_the_lines_below(index: Index) -> None:
    rows = read("DOS 11/20/2026\nD0120\nD1110 11/21/2026", index).rows
    assert [row.date for row in rows] == ["11/20/2026", "11/21/2026"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("D0120, D1110, D0274 11/20/2026", [("D0120", ""), ("D1110", ""), ("D0274", "")]),
        ("14 MOD D2393, 19 O D2391", [("D2393", "14"), ("D2391", "19")]),
        ("#30 D3330, D2950, D2740", [("D3330", "30"), ("D2950", "30"), ("D2740", "30")]),
        ("D2393 #14 MOD, D2391 #19 O", [("D2393", "14"), ("D2391", "19")]),
    ],
)
def test_several_codes_of_one_line_each_keep_their_tooth(index: Index, text: str, rows: list[tuple[str, str]]) -> None:
    assert [(row.code, row.tooth) for row in read(text, index).rows] == rows


def test_what_is_not_read_is_told_line_by_line(index: Index) -> None:
    pasted = read("D0120\nremarks: call first\n14 MOD D2393 resin composite x2\nTotal 450.00", index)
    assert [(one.number, one.text) for one in pasted.unread] == [(2, "remarks: call first"), (4, "Total 450.00")]
    assert [(one.number, one.text) for one in pasted.passed_over] == [(3, "resin composite x2")]


def test_payer_and_age_are_read_from_their_own_lines(index: Index) -> None:
    pasted = read("Payer: Apple Health\nDOB 12/2/2018\nD1120 11/20/2026", index)
    assert (pasted.payer, pasted.age, len(pasted.rows)) == ("Apple Health", 7, 1)
    assert read("D1120 age 9", index).age == 9


def test_no_paste_breaks_the_check(index: Index) -> None:
    chooser = random.Random(7)
    words = ["D2392", "#14", "14", "MO", "mod", "UR", "11/20/2026", "13/45/2026", "1/1/9999", "last", "7yo", "dob", "§",
             "¤", "\t", ",", "|", "K", "33", "#Z", "x3", "$12.00", "D239", "DO120", "ﬁ", "٣", "²", "upper", "6-11",
             "T-A", '"', "\n", "Code\tTooth\n", "D4341", "D9999"]  # fmt: skip
    for _ in range(500):
        text = " ".join(chooser.choice(words) for _ in range(chooser.randint(1, 14)))
        report = checked(text, index, chooser.choice([None, APPLE, "aetna-dental"]), chooser.choice([None, 4, 40]))
        assert report.withheld == 0, text


# Teeth


def test_teeth_have_their_quadrants() -> None:
    assert [quadrant_of(tooth) for tooth in ("1", "9", "17", "32", "A", "F", "K", "T", "58", "ES")] == [
        Area.UPPER_RIGHT, Area.UPPER_LEFT, Area.LOWER_LEFT, Area.LOWER_RIGHT, Area.UPPER_RIGHT, Area.UPPER_LEFT,
        Area.LOWER_LEFT, Area.LOWER_RIGHT, Area.UPPER_RIGHT, Area.UPPER_RIGHT,
    ]  # fmt: skip
    assert [is_tooth(tooth) for tooth in ("0", "33", "50", "51", "82", "83", "U", "AS", "AX")] == [
        False, False, False, True, True, False, False, True, False,
    ]  # fmt: skip
    assert place_of("33") == {}
    assert teeth_of("6-8, #14") == ("6", "7", "8", "14")


# What a line needs


def test_a_line_needs_what_the_unit_of_its_record_says(index: Index) -> None:
    """The sentences that are cited say what the records hold as data."""
    units = {
        record["code"]: record.get("unit", "")
        for path in sorted((ROOT / "knowledge/codes").glob("*.yaml"))
        for record in yaml.safe_load(path.read_text(encoding="utf-8"))
    }
    said_elsewhere = {"D9944", "D1553"}  # by the guide; by a record without a unit
    # D4278 counts "each next tooth, implant or empty position", which is no tooth number.
    places = {code: needs_of(code, index, TODAY).place for code in units}
    wrong = {
        code: unit
        for code, unit in units.items()
        if (unit == f"per {places[code]}") is (places[code] is None) and code not in said_elsewhere | {"D4278"}
    }
    assert wrong == {}
    assert {places[code] for code in said_elsewhere} == {Place.ARCH, Place.QUADRANT}


def test_each_need_is_cited(index: Index) -> None:
    for code in index.lexicon.code:
        needs = needs_of(code, index, TODAY)
        assert bool(needs.said) is (needs.place is not None), code
        if needs.surfaces is not None:
            assert code in needs.surfaces.said.quote


def test_what_no_source_says_is_told_as_not_checked(index: Index) -> None:
    report = checked("D6010 11/20/2026", index)
    assert report.is_clean
    assert any("D6010" in one and "not checked" in one for one in report.unknown)


# Limits


@pytest.mark.parametrize(
    ("sentence", "limits"),
    [
        ("It covers fillings once every two years per tooth.", (Limit(1, 2, None, "year"),)),
        ("Plans often pay it once per quadrant in about 24 to 36 months.", (Limit(1, 24, 36, "month"),)),
        ("It limits cleanings (such as D1110) to 2 per calendar year.", (Limit(2, 1, None, "year", True),)),
        ("It covers bitewings every 181 days.", (Limit(1, 181, None, "day"),)),
        ("It pays the code for ages 0-20, once per lifetime per quadrant.", (Limit(1, None),)),
        ("Denied when the crown is replaced within the plan's limit of 5-7 years.", (Limit(1, 5, 7, "year"),)),
        ("The claim must come with images of the last year.", ()),
        ("Since 2019-01-01, it covers D1354 for ages 0-20.", ()),
    ],
)
def test_limits_are_read_from_sentences(sentence: str, limits: tuple[Limit, ...]) -> None:
    assert limits_in(sentence) == limits


def test_a_limit_knows_when_the_next_one_is_due() -> None:
    assert Limit(1, 24, 36, "month").due(date(2024, 2, 29)) == (date(2026, 2, 28), date(2027, 2, 28))
    assert Limit(1, 1, None, "year", True).due(date(2025, 12, 30)) == (date(2026, 1, 1), date(2026, 1, 1))
    assert Limit(1, None).due(date(2025, 1, 1)) == (date.max, date.max)
    assert Limit(1, 5, None, "year").due(date(9999, 1, 1)) == (date.max, date.max)


def test_ages_tell_for_whom_a_sentence_is() -> None:
    assert excludes("It covers sealants for members under 17.", 34)
    assert not excludes("It covers sealants for members under 17.", 9)
    assert not excludes("It covers sealants for members under 17.", None)
    assert excludes("For adults, it covers one cleaning.", 9)
    assert ages_in("It covers one cleaning for children and adults.") == []


def test_the_day_of_the_last_decides(index: Index) -> None:
    soon, late, untold = (
        checked(f"D4341 UR 11/20/2026 {told}", index, "mo-healthnet")
        for told in ("last 11/21/2024", "last 11/20/2024", "")
    )
    assert found(soon) == {"frequency 1"}
    assert "2026-11-21" in soon.found[0].text
    assert late.is_clean
    assert untold.is_clean
    assert any(one.kind is Kind.FREQUENCY and "is not on the claim" in one.text for one in untold.limits)


def test_a_rule_that_leaves_doubt_is_shown_and_not_held_against_the_claim(index: Index) -> None:
    report = checked("D1110 11/20/2026 last 8/1/2026", index)
    assert report.is_clean  # "two per year or one in six months": nobody knows how many there were
    assert any(one.kind is Kind.FREQUENCY for one in report.limits)


# Whole claims


@dataclass(frozen=True)
class Case:
    name: str
    paste: str
    finds: frozenset[str]
    payer: str = ""
    age: int | None = None


def payer_of(case: Case, index: Index) -> str | None:
    if not case.payer:
        return None
    (payer,) = index.lexicon.payer_names[case.payer.lower()]
    return payer


def cases() -> list[Case]:
    records = yaml.safe_load(Path(__file__).with_name("claims.yaml").read_text(encoding="utf-8"))
    return [Case(**{**record, "finds": frozenset(record["finds"])}) for record in records]


def test_claims_written_by_hand(index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    """Most planted errors are found and clean claims pass; the figures are printed."""
    planted = hits = alarms = clean = 0
    missed: list[str] = []
    for case in cases():
        report = checked(case.paste, index, payer_of(case, index), case.age)
        assert read(case.paste, index).unread == ()
        assert report.withheld == 0
        got = found(report)
        planted, hits = planted + len(case.finds), hits + len(case.finds & got)
        alarms, clean = alarms + bool(got - case.finds), clean + (not case.finds)
        missed += [f"{case.name}: {one}" for one in case.finds ^ got]
    with capsys.disabled():
        print(f"\n{len(cases())} claims, {clean} clean; {hits} of {planted} planted errors found, "
              f"{alarms} claims with a false alarm; {missed}")  # fmt: skip
    assert planted >= 60
    assert clean >= 40
    assert hits / planted >= LEAST_FOUND
    assert alarms / len(cases()) <= MOST_ALARMS


def test_facts_of_findings_stand_on_the_claim_or_in_a_quote(index: Index) -> None:
    for case in cases():
        pasted = read(case.paste, index)
        lines = [line_of(row, number, TODAY) for number, row in enumerate(pasted.rows, 1)]
        report = check(lines, index, TODAY, payer_of(case, index), case.age)
        for one in (*report.found, *report.limits, *report.sending):
            assert unproven(one, lines) == set()
            for said in one.proof:
                assert said.passage.text[said.start : said.end] == said.quote


def test_what_stands_nowhere_is_not_shown() -> None:
    line = line_of(Row("D2392", "14"), 1, TODAY)
    made_up = Finding(Kind.CODE, Severity.FIX, (1,), "D2392 pays $40 and D2393 takes 7 days.")
    assert unproven(made_up, [line]) == {"D2393", "$40", "7"}


def well_placed(code: str, index: Index, tooth: str = "") -> Row:
    """A line of the code as its record wants it."""
    needs = needs_of(code, index, DAY)
    family = next((family.codes[code] for family in index.lexicon.code_families if code in family.codes), {})
    teeth = [*map(str, range(1, 33)), *"ABCDEFGHIJKLMNOPQRST"]
    if not tooth and (needs.place is Place.TOOTH or needs.surfaces):
        tooth = next(one for one in teeth if all(place_of(one).get(name, values[0]) in values
                                                 for name, values in family.items()))  # fmt: skip
    upper = family.get("arch", ("upper",))[0] == "upper"
    area = {Place.QUADRANT: "UR" if upper else "LR", Place.ARCH: "UA" if upper else "LA"}.get(
        needs.place or Place.TOOTH
    )
    front = place_of(tooth).get("region") == "front"
    count = needs.surfaces.count if needs.surfaces else 0
    surfaces = ("F" if front else "B") if count == 1 else ("MIDFL" if front else "MODBL")[:count]
    return Row(code, tooth, area or "", surfaces, "11/20/2026")


def test_no_valid_code_in_its_place_raises_an_alarm(index: Index) -> None:
    for code, entry in index.lexicon.code.items():
        if entry.valid_on(DAY):
            report = check([line_of(well_placed(code, index), 1, DAY)], index, TODAY)
            assert report.is_clean, (code, report.found)


def test_codes_that_are_often_billed_together_raise_no_alarm(index: Index) -> None:
    count = 0
    for code, other in told_pairs("billed_with", index):
        rows = well_placed(code, index), well_placed(other, index)
        report = check([line_of(row, number, DAY) for number, row in enumerate(rows, 1)], index, TODAY)
        assert [one for one in report.found if one.kind is Kind.TOGETHER] == [], (code, other)
        count += 1
    assert count > 300


def test_nearly_all_pairs_that_the_records_set_apart_are_told(index: Index) -> None:
    told = []
    for code, other in told_pairs("not_with", index):
        tooth = well_placed(code, index).tooth or well_placed(other, index).tooth or "14"
        rows = well_placed(code, index, tooth), well_placed(other, index, tooth)
        report = check([line_of(row, number, DAY) for number, row in enumerate(rows, 1)], index, TODAY)
        told.append(any(one.kind is Kind.TOGETHER for one in (*report.found, *report.limits)))
    assert len(told) > 300
    assert sum(told) / len(told) > 0.95


def told_pairs(section: str, index: Index) -> list[tuple[str, str]]:
    """The codes of a section's sentences, each beside the code that the entry is on, where both are valid."""
    known = index.lexicon.code
    return [
        (code, other)
        for code in known
        for said in own_sentences(code, index, DAY, section)
        for other in sorted(set(codes_in(said.quote)) - {code})
        if other in known and known[code].valid_on(DAY) and known[other].valid_on(DAY)
    ]


def test_the_same_codes_apart_raise_no_alarm(index: Index) -> None:
    assert found(checked("D4910 11/20/2026\nD1110 11/20/2026", index)) == {"together 1 2"}
    assert checked("D4910 5/20/2026\nD1110 11/20/2026", index).is_clean
    assert found(checked("D2950 #14\nD2392 #14 MO", index)) == {"together 1 2"}
    assert checked("D2950 #14\nD2392 #3 MO", index).is_clean


def test_another_payers_rule_has_no_place(index: Index) -> None:
    text = "D4355 11/20/2026\nD0120 11/20/2026"
    assert found(checked(text, index, "aetna-dental")) == {"together 1 2"}
    assert checked(text, index, "metlife-dental").is_clean


def test_a_clean_claim_says_what_was_checked_and_what_cannot_be_known(index: Index) -> None:
    report = checked("D2392 #14 MO 11/20/2026\nD0120 11/20/2026", index, APPLE, 40)
    assert report.is_clean
    told = " ".join(report.checked)
    assert all(part in told for part in ("2 codes", "2026", "1 line: D2392", "1 pair", "Washington Apple Health"))
    assert any("contract" in one for one in report.unknown)
    assert not any("No payer" in one or "No age" in one for one in report.unknown)


def test_attachments_come_once_a_code_with_their_source(index: Index) -> None:
    report = checked("D4341 UR\nD4341 UL", index, "delta-dental-ks", 50)
    papers = [one for one in report.sending if one.kind is Kind.ATTACHMENT]
    assert [one.lines for one in papers] == [(1, 2)]
    kinds = {said.passage.kind for said in papers[0].proof}
    assert kinds == {PassageKind.CODE, PassageKind.RULE}


def test_rules_are_those_of_the_day_of_the_line(index: Index) -> None:
    said = {said.passage.id for one in checked("D9992 4/10/2020", index, APPLE).sending for said in one.proof}
    now = {said.passage.id for one in checked("D9992 11/20/2026", index, APPLE).sending for said in one.proof}
    assert {one for one in said if one.startswith(APPLE)}
    assert not {one for one in now if one.startswith(APPLE)}


MANUAL = """# Apple Health provider manual

Effective January 1, 2026

## Benefit limits

| Code | Service | Limit | Ages |
| --- | --- | --- | --- |
| D9992 | Care coordination | once per 12 months | under 21 |
| D0120 | Exam | twice per calendar year | all |
"""


def test_the_offices_documents_limit_too(tmp_path: Path, encoder: Encoder) -> None:
    """A row of the payer's manual stands like a rule, and is quoted whole."""
    write(tmp_path / "knowledge")
    settings = Settings(home=tmp_path / "home", knowledge=tmp_path / "knowledge", library=tmp_path / "library")
    settings.library.mkdir()
    (settings.library / "manual.md").write_text(MANUAL, encoding="utf-8")
    build_index(settings, encoder)
    index = IndexStore(settings.home).open()
    soon = checked("D9992 11/20/2026 last 3/1/2026 age 9", index, "wa")
    assert found(soon) == {"frequency 1"}
    said = soon.found[0].proof[0]
    assert said.passage.kind is PassageKind.DOCUMENT
    assert said.source is not None
    assert said.source.file == "manual.md"
    assert "Limit: once per 12 months" in said.quote
    assert checked("D9992 11/20/2026 last 3/1/2025 age 9", index, "wa").is_clean
    grown = checked("D9992 11/20/2026 last 3/1/2025 age 40", index, "wa")
    assert {one.kind for one in (*grown.found, *grown.limits)} == {Kind.AGE}
