"""The library page: the office's documents, what is known of each, what could not be read, and new ones to add."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from pydantic import ValidationError

from assistant.errors import BitewingError, DocumentError
from assistant.lexicon import Lexicon
from ingest.build import is_stale
from ingest.command import told_of, unread_lines
from ingest.documents.facts import DocumentFacts, DocumentKind
from ingest.documents.shelf import Document, Look
from views.opening import Desk, update_index
from views.style import draw_style
from views.wording import american, plain, read_date, safe

SUFFIXES = ["pdf", "docx", "xlsx", "csv", "tsv", "pptx", "html", "htm", "md", "txt", "eml", "png", "jpg", "jpeg", "tif",
            "tiff"]  # fmt: skip
EVERY = "All"
NO_PAYER = "No payer"
KEEP_BOTH, REPLACE = "Keep both; they are two documents", "Replace it; this is a corrected copy of the same document"
DATES = {"effective": "In force from", "expires": "In force until", "dated": "Date of the document"}


def show(desk: Desk) -> None:
    """Draw the page. What a button asks for is done at the head of the next run, in view of the user."""
    draw_style()
    st.html(
        '<div class="bw-hero"><h1>Library</h1><p>Your office’s manuals, policies, fee schedules and notes. They are '
        "quoted by page or row, and stay on this computer.</p></div>"
    )
    _draw_adding(desk)
    _draw_outcome()
    try:
        if is_stale(desk.settings, desk.encoder):
            st.info("Files in the library changed since it was last read.", icon=":material/sync:")
            if st.button("Read the changes", type="primary", key="library-update"):
                _update(desk)
        look = desk.shelf.look(desk.assistant.lexicon)
    except BitewingError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    _draw_troubles(look)
    if not look.documents:
        st.html(
            '<div class="bw-empty"><strong>No documents yet</strong><p>Add files above, or put them into the folder '
            f"{safe(str(desk.settings.library))}.</p></div>"
        )
        return
    for document in _filtered(look.documents, desk):
        _draw_document(document, desk)


def _draw_adding(desk: Desk) -> None:
    # The key counts up, so that files that were taken are no longer waiting in the field.
    round_ = st.session_state.setdefault("library-round", 0)
    sent = st.file_uploader("Add documents", SUFFIXES, accept_multiple_files=True, key=f"library-files-{round_}")
    beside = _draw_namesakes([name for file in sent if desk.shelf.holds(name := desk.shelf.name_of(file.name))])
    if sent and st.button(f"Add {len(sent)} to the library", type="primary", key="library-add"):
        for file in sent:
            desk.shelf.put(file.name, file, beside)
        st.session_state["library-round"] = round_ + 1
        _update(desk)


def _draw_namesakes(names: Sequence[str]) -> bool:
    """Asks what files are whose names the library has already; whether to keep both."""
    if not names:
        return False
    held = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    chosen = st.radio(f"The library has {plain(held)} already.", [KEEP_BOTH, REPLACE], key="library-namesakes")
    return chosen == KEEP_BOTH


def _update(desk: Desk) -> None:
    """Bring the index up to date and draw the page anew with what came of it."""
    try:
        report = update_index(desk.settings, desk.encoder)
    except BitewingError as error:
        st.session_state["library-outcome"] = (False, str(error))
    else:
        st.session_state["library-outcome"] = (
            not report.look.troubles,
            "\n".join(told_of(report.look)) or "The library is up to date.",
        )
    st.rerun()


def _draw_outcome() -> None:
    """What the last update did; said once."""
    if (outcome := st.session_state.pop("library-outcome", None)) is None:
        return
    sound, text = outcome
    box = st.success if sound else st.warning
    box("  \n".join(plain(line) for line in text.splitlines()),
        icon=":material/check_circle:" if sound else ":material/warning:")  # fmt: skip


def _draw_troubles(look: Look) -> None:
    lines = [f"{name}: {why}" for name, why in look.troubles]
    lines += [f"{name}: the same file as {first}; taken once." for name, first in look.doubles]
    if lines:
        with st.expander(f"{len(lines)} of the files not taken", expanded=True, icon=":material/warning:"):
            st.markdown("\n".join(f"- {plain(line)}" for line in lines))


def _filtered(documents: Sequence[Document], desk: Desk) -> list[Document]:
    """The documents of the payer and the kind that are picked."""
    payers = sorted({_payer_name(document.facts, desk) for document in documents}, key=str.lower)
    kinds = sorted({document.facts.kind.value for document in documents})
    left, right = st.columns(2)
    payer = left.selectbox("Payer", [EVERY, *payers], key="library-payer")
    kind = right.selectbox("Kind", [EVERY, *kinds], key="library-kind")
    return [
        document
        for document in documents
        if payer in (EVERY, _payer_name(document.facts, desk)) and kind in (EVERY, document.facts.kind.value)
    ]


def _payer_name(facts: DocumentFacts, desk: Desk) -> str:
    return desk.payer_name(facts.payer) if facts.payer else NO_PAYER


def _draw_document(document: Document, desk: Desk) -> None:
    facts = document.facts
    pages = document.parsed.pages
    whose = f"{facts.kind.value.capitalize()}, {_payer_name(facts, desk)}"
    told = [document.name, facts.program, facts.state, f"CDT {facts.edition}" if facts.edition else None,
            _in_force(facts), f"{pages} page{'s' if pages > 1 else ''}" if pages else None]  # fmt: skip
    unread = list(unread_lines(document.parsed.unread))
    label = f"**{plain(facts.title or document.name)}** :small[{plain(whose)}]"
    with st.expander(label + (" :material/warning:" if unread else "")):
        st.html(f'<p class="bw-scope">{safe(" · ".join(filter(None, told)))}</p>')
        if unread:
            st.warning("  \n".join(plain(line[0].upper() + line[1:]) for line in unread), icon=":material/warning:")
        _draw_facts(document, desk)
        with st.popover("Remove", icon=":material/delete:"):
            st.markdown(f"Delete **{plain(document.name)}** from the library and from all answers?")
            if st.button("Delete for good", key=f"remove-{document.name}", type="primary"):
                desk.shelf.remove(document.name)
                _update(desk)


def _in_force(facts: DocumentFacts) -> str | None:
    if facts.effective and facts.expires:
        return f"in force {american(facts.effective)} to {american(facts.expires)}"
    if facts.effective:
        return f"in force from {american(facts.effective)}"
    return f"in force until {american(facts.expires)}" if facts.expires else None


def _draw_facts(document: Document, desk: Desk) -> None:
    """What was read of the document, to be corrected."""
    facts, name = document.facts, document.name

    def key(field: str) -> str:
        return f"{field}-{name}-{document.sha256[:8]}"

    with st.form(f"facts-{name}", border=False):
        title = st.text_input("Title", facts.title, key=key("title"))
        left, right = st.columns(2)
        kinds = list(DocumentKind)
        kind = left.selectbox("Kind", kinds, kinds.index(facts.kind), key=key("kind"),
                              format_func=lambda one: one.value.capitalize())  # fmt: skip
        payers = list(dict.fromkeys([NO_PAYER, _payer_name(facts, desk), *desk.payer_names]))
        payer = right.selectbox("Payer", payers, 1 if facts.payer else 0, key=key("payer"), accept_new_options=True)
        program = left.text_input("Plan or program", facts.program or "", key=key("program"))
        state = right.text_input("State", facts.state or "", max_chars=2, key=key("state"), placeholder="TX")
        days = {
            field: (left, right)[number % 2].text_input(label, _typed(facts, field), key=key(field),
                                                        placeholder="MM/DD/YYYY")
            for number, (field, label) in enumerate(DATES.items())
        }  # fmt: skip
        edition = right.text_input("CDT edition", str(facts.edition or ""), max_chars=4, key=key("edition"))
        if st.form_submit_button("Save corrections"):
            try:
                corrected = DocumentFacts(
                    title=title.strip(), kind=kind, payer=_payer_id(payer, desk.assistant.lexicon),
                    program=program.strip() or None, state=state.strip().upper() or None,
                    edition=_edition(edition), **{field: read_date(typed) for field, typed in days.items()},
                )  # fmt: skip
                desk.shelf.correct(name, corrected)
            except (BitewingError, ValidationError) as error:
                st.error(plain(str(error)), icon=":material/error:")
            else:
                _update(desk)


def _typed(facts: DocumentFacts, field: str) -> str:
    day = getattr(facts, field)
    return f"{day:%m/%d/%Y}" if day else ""


def _payer_id(name: str | None, lexicon: Lexicon) -> str | None:
    """The id of a payer that the library has; else the name as typed."""
    if name in (None, "", NO_PAYER):
        return None
    return next((entry.id for entry in lexicon.payers if entry.name == name), name)


def _edition(typed: str) -> int | None:
    if not typed.strip():
        return None
    if not (typed.strip().isdigit() and len(typed.strip()) == 4):
        raise DocumentError(f"“{typed}” is no CDT edition. Write its year in four digits, such as 2026.")
    return int(typed)
