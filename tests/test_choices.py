"""From what was done to the code: staff's own words against the shipped decision tables."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.path import Assistant
from assistant.settings import Settings
from assistant.spelling import Spelling
from assistant.types import Answered, ChoiceKind, Clarify, Turn, Understood
from assistant.understand import Understanding
from ingest.knowledge import load_knowledge
from ingest.passages import lexicon_of
from tests.conftest import TODAY


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return Understanding(lexicon_of(load_knowledge(Settings().knowledge)), Spelling({}), Settings().question_limit)


def read(understanding: Understanding, question: str, day: date = TODAY) -> Understood:
    return understanding.read(question, (), None, day, TODAY)


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        # fillings: surfaces in letters and words, teeth by number and letter
        ("O amal 31 code pls", "D2140"),
        ("DOB comp #30 cod", "D2393"),
        ("#8 composite MI", "D2331"),
        ("mod comp 19", "D2393"),
        ("MODBL composite tooth 3", "D2394"),
        ("comp #9 mifl", "D2335"),
        ("did a DO resin on #T, 7 yr old", "D2392"),
        ("3 surf amalgam #14 code", "D2160"),
        ("one surface composite, anterior", "D2330"),
        ("posterior comp 2 surf", "D2392"),
        ("buccal composite #19", "D2391"),
        ("DO amalgam on tooth K, what code", "D2150"),
        # indirect restorations
        ("3 surface emax onlay #30 code?", "D2643"),
        ("gold inlay #14 MO", "D2520"),
        ("zirconia crown #14", "D2740"),
        ("PFM crown high noble #3 code", "D2750"),
        ("full cast noble crown #31 what do we bill", "D2792"),
        ("ssc on tooth T code?", "D2930"),
        ("stainless crown #19 perm molar", "D2931"),
        ("prefab zirconia crown on primary tooth A", "D2929"),
        ("lab porcelain veneer #8", "D2962"),
        ("fiber post and core #12", "D2954"),
        ("recement crown #3 code", "D2920"),
        ("implant crown fell off, recemented it", "D6092"),
        ("3 unit bridge all zirconia 18-20 codes", "D6740 D6245"),
        # endodontics
        ("root canal on #14", "D3330"),
        ("rct #20 code", "D3320"),
        ("endo retreat #8", "D3346"),
        ("apico on #30", "D3425"),
        ("pulpectomy on F", "D3230"),
        ("direct pulp cap #30", "D3110"),
        ("took out the coronal pulp on K and seated a stainless crown, codes?", "D3220 D2930"),
        # periodontics
        ("srp 2 teeth lower right", "D4342"),
        ("deep cleaning full quad UR", "D4341"),
        ("SRP #3, #4 only", "D4342"),
        ("gingivectomy #8 and #9", "D4211"),
        ("osseous surgery 5 teeth LL", "D4260"),
        ("fgg 2 sites lower anterior codes", "D4277 D4278"),
        ("ct graft alloderm #11 code", "D4275"),
        ("fmd, pt hasnt been seen in 8 yrs. code?", "D4355"),
        # grafts and membranes
        ("socket graft after ext #19", "D7953"),
        ("bone graft at time of implant placement #9", "D6104"),
        ("bone graft around #19 and #20, teeth stay", "D4263 D4264"),
        ("ridge augmentation edentulous area code", "D7950"),
        ("collagen membrane at ext site", "D7956"),
        # prevention and diagnosis
        ("cleaning + varnish adult", "D1110 D1206"),
        ("7 yo prophy and fluoride foam codes", "D1120 D1208"),
        ("kid sealant repair", "D1353"),
        ("lower lingual holding arch", "D1517"),
        ("band and loop #K lost, code", "D1510"),
        ("recemented the lower lingual arch came loose", "D1552"),
        ("4 bwx", "D0274"),
        ("three bitewings what code", "D0273"),
        ("2 PAs", "D0220 D0230"),
        ("limited exam + 1 pa codes", "D0140 D0220"),
        # dentures
        ("upper immediate denture", "D5130"),
        ("upper and lower complete dentures code", "D5110 D5120"),
        ("lwr cast rpd", "D5214"),
        ("max valplast partial code", "D5225"),
        ("hard reline lower complete denture in office", "D5731"),
        ("lab reline upper partial", "D5760"),
        ("added a new clasp to the partial", "D5660"),
        ("add tooth to lower partial", "D5650"),
        ("lower denture cracked in half, repaired the base", "D5511"),
        ("upper flipper", "D5820"),
        # implants and surgery
        ("lab made cust abutmnt + zirconia crwn on implnt", "D6057 D6058"),
        ("screw retained ceramic implant crown", "D6065"),
        ("mini implant placed #24", "D6013"),
        ("soft tissue impaction #17", "D7220"),
        ("full bony #32 ext", "D7240"),
        ("surgical ext #14 sectioned", "D7210"),
        ("simp ext 2 teeth 7 n 8", "D7140"),
        ("alveoloplasty w exts, 5 teeth LR", "D7310"),
        ("tongue tie release newborn", "D7962"),
        ("soft tissue biopsy of cheek", "D7286"),
        # adjunctive and orthodontics
        ("soft night guard full arch", "D9945"),
        ("iv sedation 45 min codes", "D9239 D9243"),
        ("adult took one triazolam pill, no iv, sedation code", "D9244"),
        ("comprehensive ortho adult", "D8090"),
        ("replaced lost upper retainer code", "D8703"),
        ("fixed habit appliance", "D8220"),
    ],
)
def test_what_was_done_decides(understanding: Understanding, question: str, codes: str) -> None:
    assert " ".join(read(understanding, question).codes) == codes


@pytest.mark.parametrize(
    ("question", "not_chosen"),
    [
        ("what DO I bill for composite #30", "D2392"),  # an English verb
        ("6 yr old, composite on #30, code?", "D2393"),  # "old" has the letters of three surfaces
        ("comp exam code", "D2391"),  # no filling
        ("does MI Medicaid pay for composite #30", "D2392"),
        ("crown lengthening #14", "D2740"),
        ("partial bony impaction #17", "D5214"),
        ("how often can we do SRP in 24 months", "D4341"),
        ("implant crown, zirconia, came off and put back", "D6058"),
        ("did not use nitrous, one pill for sedation", "D9230"),
    ],
)
def test_look_alikes_do_not_decide(understanding: Understanding, question: str, not_chosen: str) -> None:
    assert not_chosen not in read(understanding, question).codes


@pytest.mark.parametrize(
    ("question", "asked", "choice"),
    [
        ("which code for composite on #30", "How many surfaces", "two surfaces: D2392"),
        ("amalgam #3 code?", "How many surfaces", "one surface: D2140"),
        ("srp which code", "How many teeth", "one to three teeth: D4342"),
        ("pfm crown #19 code?", "Which alloy", "base metal: D2751"),
        ("D4341 or D4342 for this patient?", "How many teeth", "four or more teeth: D4341"),
        ("code for prophy?", "child or an adult", "an adult: D1110"),
        ("immediate denture code", "Upper or lower", "lower: D5140"),
        ("what code for tissue conditioning", "Upper or lower", "upper: D5850"),
        ("rct which code", "Which kind of tooth", "molar: D3330"),
    ],
)
def test_one_missing_thing_is_asked(understanding: Understanding, question: str, asked: str, choice: str) -> None:
    understood = read(understanding, question)
    assert understood.asking is not None
    assert asked in understood.asking.question
    assert choice in understood.asking.choices
    for words in understood.asking.choices:
        again = read(understanding, f"{question} {words}")
        assert again.asking is None, "never more than one question back"
        assert again.codes[0] == words[-5:]


@pytest.mark.parametrize(
    "question",
    [
        "difference between D4341 and D4342",
        "D1206 vs D1208",
        "1206 or 1208 diff?",
        "crown code",  # material and alloy are both missing
        "srp denied, what denial code is that",
        "how often is SRP paid",
        "O amal 31 code pls",
        "does medicaid cover composite on #30",
    ],
)
def test_nothing_is_asked_where_it_would_not_decide(understanding: Understanding, question: str) -> None:
    assert read(understanding, question).asking is None


def test_a_code_that_fits_leads_those_named(understanding: Understanding) -> None:
    assert read(understanding, "D4341 or D4342, 2 teeth lower right").codes == ("D4342", "D4341")
    assert read(understanding, "fixd lingual arch lower kid, 1510 or 1517").codes == ("D1517", "D1510")


def test_the_right_code_joins_a_wrong_one(understanding: Understanding) -> None:
    assert read(understanding, "#8 composite MI, 2335?").codes == ("D2335", "D2331")
    undercut = "filled an undercut, crown would hold anyway. can we use D2950"
    assert read(understanding, undercut).codes == ("D2950", "D2949")
    assert read(understanding, "laser release upper lip frenum. is it still 7960").codes == ("D7960", "D7961")


def test_only_codes_of_the_day_are_chosen(understanding: Understanding) -> None:
    question = "one pill, minimal sedation, code"
    assert read(understanding, question).codes == ("D9244",)
    assert "D9244" not in read(understanding, question, date(2025, 6, 1)).codes


def test_a_state_is_no_shorthand(understanding: Understanding) -> None:
    assert "anesthesia" not in read(understanding, "GA medicaid telehealth rules").search
    assert "anesthesia" in read(understanding, "ga for a 4 yo, hospital").search
    assert "motivational" not in read(understanding, "#8 composite MI").search


def test_a_reply_in_words_completes_the_question(understanding: Understanding) -> None:
    history = (Turn("user", "which code for composite on #30"), Turn("assistant", "- two surfaces: D2392"))
    assert understanding.read("two surfaces", history, None, None, TODAY).codes[0] == "D2392"


@pytest.mark.parametrize(
    ("before", "question", "code"),
    [
        ("cast metal partial upper code", "the lower one?", "D5214"),
        ("what code for MOD comp #30", "and on #8?", "D2332"),
        ("how often is D1110 paid", "and for kids?", "D1120"),
    ],
)
def test_a_follow_up_turns_the_code(understanding: Understanding, before: str, question: str, code: str) -> None:
    history = (Turn("user", before), Turn("assistant", "."))
    assert understanding.read(question, history, None, None, TODAY).codes[0] == code


def test_a_choice_is_answered_by_its_code(assistant: Assistant) -> None:
    question = "which code for composite on #30"
    asked = assistant.ask(question)
    assert isinstance(asked, Clarify)
    assert asked.kind is ChoiceKind.WORDS
    answer = assistant.ask(f"{question} {asked.choices[1]}")
    assert isinstance(answer, Answered)
    assert any("D2392" in statement.text for statement in answer.statements)


def test_the_code_that_was_decided_for_leads(assistant: Assistant) -> None:
    answer = assistant.ask("lwr cast rpd")
    assert isinstance(answer, Answered)
    assert answer.citations[0].passage.record == "D5214"
