"""The training page: who learns, a course, one question at a time with its reason, and how far everyone is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from assistant.errors import BitewingError
from views.lessons.bank import Bank, Banks
from views.lessons.courses import DUE, WEAK
from views.lessons.history import History, Progress, as_csv
from views.lessons.schedule import LONGEST_NAME, Schedule, as_name
from views.lessons.types import Question
from views.opening import Desk
from views.question_drawing import draw_answered, draw_asked
from views.style import draw_style
from views.wording import american, plain, safe

SPECIAL = {DUE: "Due again, from all courses", WEAK: "My weak codes"}
WEAK_SHOWN = 12
DONE = {
    DUE: ("Nothing is due", "What you answered comes back before it is forgotten. Pick a course for new questions."),
    WEAK: ("No weak codes", "Codes that you answer wrong are drilled here."),
}  # fmt: skip
CAUGHT_UP = "You have answered all of this course"
PEOPLE_SHOWN = 8  # buttons; the others type their names
# What a session keeps.
PERSON, LEFT, TYPED = "training-person", "training-left", "training-typed"
COURSE, KEPT_COURSE, LINK = "training-course", "training-course-kept", "training-link"
ASKED, BEFORE, PICKED, DUE_AT = "training-asked", "training-before", "training-picked", "training-due"
PROBLEM = "training-problem"


def now() -> datetime:
    """The clock of the page; tests put another in its place."""
    return datetime.now(UTC)


def show(desk: Desk) -> None:
    """Draw the page. `?course=…` opens a course: a category of codes, a topic, `due` or `weak`."""
    draw_style()
    st.html(
        '<div class="bw-hero"><h1>Training</h1><p>One case of the office at a time, from the library’s own records. '
        "What you get wrong comes back soon.</p></div>"
    )
    schedule = Schedule(desk.settings.home)
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(plain(problem), icon=":material/error:")
    try:
        person = _draw_person(schedule)
        with st.spinner("Making questions from the records …"):
            bank = _banks().of(desk.assistant.rooms().index, desk.today())
        if person is None:
            _draw_welcome(bank)
            return
        history = schedule.history(person)
        course = _draw_course(bank)
        payers = _draw_payers(course, bank, person, schedule, desk)
        questions = _questions(course, bank, history, payers)
        st.caption(_standing(history.progress(questions, now())))
        _draw_question(questions, course, history, schedule, bank, desk)
        _draw_weak(history, desk)
        _draw_progress(bank, history)
        _draw_record(bank, person, schedule)
    except BitewingError as error:
        st.error(plain(str(error)), icon=":material/error:")


@st.cache_resource(show_spinner=False)
def _banks() -> Banks:
    return Banks()


def _draw_person(schedule: Schedule) -> str | None:
    """Who is learning, and a way to give the place to somebody else. The only one who ever learned is taken as here."""
    people = schedule.people()
    person: str | None = st.session_state.get(PERSON)
    if person is None and len(people) == 1 and not st.session_state.get(LEFT):
        person = st.session_state[PERSON] = people[0]
    if person is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(f'<p class="bw-scope">{safe(person)} is learning</p>')
            st.button("Somebody else", key="training-leave", type="tertiary", on_click=_leave)
        return person
    st.text_input("Who is learning?", key=TYPED, placeholder="Your name", max_chars=LONGEST_NAME,
                  on_change=_come, args=(schedule,))  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for name in people[:PEOPLE_SHOWN]:
            st.button(plain(name), key=f"training-person-{name}", on_click=_come, args=(schedule, name))
    return None


def _come(schedule: Schedule, name: str | None = None) -> None:
    """Somebody begins to learn: by their button, or by the name that was typed."""
    person = as_name(name or st.session_state.get(TYPED, ""))
    if not person:
        return
    try:
        schedule.greet(person, now())
    except BitewingError as error:
        st.session_state[PROBLEM] = str(error)
        return
    st.session_state[PERSON] = person
    _make_way()


def _leave() -> None:
    st.session_state.pop(PERSON, None)
    st.session_state[LEFT] = True
    _make_way()


def _draw_welcome(bank: Bank) -> None:
    titles = "".join(f"<li>{safe(course.title)}: {len(course.questions)}</li>" for course in bank.courses)
    st.html(
        f'<div class="bw-empty"><strong>{len(bank.by_id):,} questions in {len(bank.courses)} courses</strong>'
        "<p>Type your name to begin. It is kept on this computer with what you answer.</p></div>"
        f'<ul class="bw-statements">{titles}</ul>'
    )


def _draw_course(bank: Bank) -> str:
    """The course to learn: the one that the link names, else the one that was learned last."""
    names = [*SPECIAL, *(course.id for course in bank.courses)]
    link = st.query_params.get("course")
    if link in names and st.session_state.get(LINK) != link:
        st.session_state[COURSE] = link
    if st.session_state.get(COURSE) not in names:
        st.session_state[COURSE] = st.session_state.get(KEPT_COURSE, bank.courses[0].id)
    picked = st.selectbox("Course", names, key=COURSE, format_func=lambda name: _title(name, bank), on_change=_make_way)
    st.session_state[KEPT_COURSE] = st.session_state[LINK] = picked
    if link != picked:
        st.query_params["course"] = picked
    return picked


def _title(name: str, bank: Bank) -> str:
    course = bank.course(name)
    return course.title if course else SPECIAL[name]


def _standing(progress: Progress) -> str:
    told = [f"{progress.practised} of {progress.questions} practised", f"{progress.due} due"]
    if progress.answers:
        told.append(f"{progress.right / progress.answers:.0%} right")
    return " · ".join(told)


def _questions(name: str, bank: Bank, history: History, payers: Sequence[str]) -> list[Question]:
    """The questions of a course that the person may be asked."""
    if name == DUE:
        found: Sequence[Question] = [q for q in bank.by_id.values() if q.id in history.cards]
    elif name == WEAK:
        found = bank.on_codes(one.code for one in history.weak_codes())
    else:
        course = bank.course(name)
        found = course.questions if course else ()
    return [question for question in found if not payers or question.payer is None or question.payer in payers]


def _draw_payers(course: str, bank: Bank, person: str, schedule: Schedule, desk: Desk) -> tuple[str, ...]:
    """Where a course asks about payers: those that the office bills."""
    payers = schedule.payers(person)
    asked = sorted({q.payer for q in bank.by_id.values() if q.course == course and q.payer}, key=desk.payer_name)
    if not asked:
        return payers
    picked = st.multiselect("Payers that we bill", asked, default=[one for one in payers if one in asked],
                            format_func=desk.payer_name, placeholder="All of them",
                            key=f"training-payers-{course}-{person}")  # fmt: skip
    chosen = (*picked, *(one for one in payers if one not in asked))
    if set(chosen) != set(payers):
        schedule.pick_payers(person, chosen)
        _make_way()
    return chosen


def _draw_question(
    questions: Sequence[Question], course: str, history: History, schedule: Schedule, bank: Bank, desk: Desk
) -> None:
    asked = bank.by_id.get(st.session_state.get(ASKED, ""))
    if asked is None:
        asked = history.next(questions, now(), after=st.session_state.get(BEFORE))
    if asked is None:
        title, text = DONE.get(course, (CAUGHT_UP, ""))
        if back := history.next_due(questions):
            text = f"The first comes back {_when(back)}. {text}"
        st.html(f'<div class="bw-empty"><strong>{safe(title)}</strong><p>{safe(text)}</p></div>')
        return
    st.session_state[ASKED] = asked.id
    picked = st.session_state.get(PICKED)
    with st.container(border=True, key="training-question"):
        if picked is None:
            draw_asked(asked, desk, _answer, (asked, history.person, schedule))
        else:
            draw_answered(asked, picked, desk, _when(st.session_state[DUE_AT]), _make_way)


def _answer(picked: int, asked: Question, person: str, schedule: Schedule) -> None:
    try:
        st.session_state[DUE_AT] = schedule.answer(person, asked, picked, now())
    except BitewingError as error:
        st.session_state[PROBLEM] = str(error)
        return
    st.session_state[PICKED] = picked


def _make_way() -> None:
    """Make way for the next one."""
    st.session_state[BEFORE] = st.session_state.pop(ASKED, None)
    st.session_state.pop(PICKED, None)


def _when(due: datetime) -> str:
    """When a question comes back, in words."""
    minutes = round((due - now()).total_seconds() / 60)
    if minutes < 1:
        return "at once"
    if minutes < 60:
        return f"in {minutes} minute{'s' if minutes > 1 else ''}"
    if (hours := round(minutes / 60)) < 24:
        return f"in {hours} hour{'s' if hours > 1 else ''}"
    days = round(hours / 24)
    return f"in {days} day{'s' if days > 1 else ''}, on {american(due.date())}"


def _draw_weak(history: History, desk: Desk) -> None:
    weak = history.weak_codes()
    if not weak:
        return
    known = desk.assistant.lexicon.code
    items = "".join(
        f'<li><a href="codes?code={one.code}" target="_blank" rel="noopener">{one.code}</a> '
        f"{safe(known[one.code].label)}: {one.right} of {one.answers} right lately</li>"
        for one in weak[:WEAK_SHOWN]
        if one.code in known
    )
    with st.expander(f"Weak codes ({len(weak)})", icon=":material/fitness_center:"):
        st.html(f'<ul class="bw-statements bw-linked">{items}</ul>')
        if len(weak) > WEAK_SHOWN:
            st.caption(f"{len(weak) - WEAK_SHOWN} more after these.")


def _draw_progress(bank: Bank, history: History) -> None:
    """A row a course that was begun."""
    told = [(course.title, history.progress(course.questions, now())) for course in bank.courses]
    begun = [(title, progress) for title, progress in told if progress.answers]
    if not begun:
        return
    columns = ("Practised", "Learned", "Due", "Right")
    body = ""
    for title, progress in begun:
        values = (f"{progress.practised} of {progress.questions}", str(progress.learned), str(progress.due),
                  f"{progress.right / progress.answers:.0%} of {progress.answers}")  # fmt: skip
        cells = "".join(
            f'<td role="cell" data-column="{column}">{value}</td>'
            for column, value in zip(columns, values, strict=True)
        )
        body += f'<tr role="row"><th scope="row" role="rowheader">{safe(title)}</th>{cells}</tr>'
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    with st.expander(f"Progress of {plain(history.person)}", icon=":material/trending_up:"):
        st.html(
            '<table class="bw-table bw-wrapped" role="table"><thead><tr><th scope="col">Course</th>'
            f"{head}</tr></thead><tbody>{body}</tbody></table>"
        )
        st.caption("Learned: answered right often enough to come back after days, no longer after minutes.")


def _draw_record(bank: Bank, person: str, schedule: Schedule) -> None:
    """Everybody's progress to take away, and a person's own to delete."""
    with st.container(horizontal=True, gap="small"):
        st.download_button("Everyone’s progress as CSV", lambda: _csv(bank, schedule), "training.csv", "text/csv",
                           icon=":material/download:", on_click="ignore")  # fmt: skip
        with st.popover("Delete my record", icon=":material/delete:"):
            st.write(plain(f"All answers and progress of {person} go for good."))
            st.button("Delete for good", key="training-delete", on_click=_delete, args=(person, schedule))


def _csv(bank: Bank, schedule: Schedule) -> str:
    histories = [schedule.history(person) for person in sorted(schedule.people(), key=str.lower)]
    return as_csv(histories, bank.courses, now())


def _delete(person: str, schedule: Schedule) -> None:
    try:
        schedule.forget(person)
    except BitewingError as error:
        st.session_state[PROBLEM] = str(error)
        return
    _leave()
