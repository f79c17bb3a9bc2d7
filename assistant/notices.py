"""What the reader must know beside the answer: codes not valid, silent payers, rules ended, old or undated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.lexicon import Lexicon
from assistant.phrases import Phrases
from assistant.rank import Ranked
from assistant.types import Notice, NoticeKind, Passage, PassageKind, Understood

OLD_YEARS = 5  # from which a rule without an end carries a notice of its age


class Notices:
    """Words the notices of an answer; every fact in them is a field of a record or of the lexicon."""

    def __init__(self, lexicon: Lexicon, phrases: Phrases) -> None:
        self._lexicon = lexicon
        self._phrases = phrases

    def on_codes(self, understood: Understood) -> Iterator[Notice]:
        day = understood.date_of_service
        for code in understood.codes:
            entry = self._lexicon.code.get(code)
            if entry is None:
                text = self._phrases("notice.unknown_code", code=code)
            elif entry.deleted is not None and day.year >= entry.deleted:
                instead = f"; {' or '.join(entry.replaced_by)} replaced it" if entry.replaced_by else ""
                text = self._phrases(
                    "notice.deleted", code=code, year=str(entry.deleted), day=day.isoformat(), instead=instead
                )
            elif entry.added is not None and day.year < entry.added:
                text = self._phrases("notice.not_yet_valid", code=code, year=str(entry.added), day=day.isoformat())
            else:
                continue
            yield Notice(NoticeKind.CODE_NOT_VALID, text)

    def on_payers(
        self, understood: Understood, rules: Sequence[Ranked], shown: Sequence[Passage], lapsed: Sequence[Passage]
    ) -> Iterator[Notice]:
        subject = ", ".join(understood.codes) or "this"
        asked = set(understood.codes)
        spoken = {rule.passage.payer for rule in rules if not asked or asked & set(rule.passage.codes)}
        for payer in understood.payers:
            if payer not in spoken:
                text = self._phrases(
                    "notice.payer_silent", payer=self._lexicon.payer[payer].name, subject=subject,
                    day=understood.date_of_service.isoformat(),
                )  # fmt: skip
                yield Notice(NoticeKind.PAYER_SILENT, text)
        if understood.unknown_payer in self._lexicon.payer_names:
            text = self._phrases("notice.family_silent", name=understood.unknown_payer, subject=subject)
            yield Notice(NoticeKind.PAYER_SILENT, text)
        elif understood.unknown_payer:
            text = self._phrases("notice.unknown_payer", payer=understood.unknown_payer)
            yield Notice(NoticeKind.UNKNOWN_PAYER, text)
        for rule in lapsed:
            yield Notice(NoticeKind.EXPIRED_RULE, self._lapse(rule, understood))
        yield from dict.fromkeys(notice for rule in shown if (notice := self._age(rule, understood)))

    def on_documents(self, understood: Understood, said: Sequence[Passage]) -> Iterator[Notice]:
        """Whose the documents quoted are, where the question named no payer or the document does not."""
        for passage in dict.fromkeys(one for one in said if one.kind is PassageKind.DOCUMENT):
            title = passage.sentences[0].sources[0].title
            if passage.payer_untold:
                yield Notice(NoticeKind.PAYER, self._phrases("notice.untold", title=title))
            elif passage.payer is not None and passage.payer not in understood.payers:
                payer = self._lexicon.payer[passage.payer].name
                yield Notice(NoticeKind.PAYER, self._phrases("notice.example", title=title, payer=payer))

    def _age(self, passage: Passage, understood: Understood) -> Notice | None:
        """That a rule without end is old, or has no date at all."""
        if passage.expires is not None:
            return None
        name = self._lexicon.payer[passage.payer or ""].name
        if passage.effective is None:
            return Notice(NoticeKind.UNDATED_RULE, self._phrases("notice.undated", payer=name))
        if understood.date_of_service.year - passage.effective.year < OLD_YEARS:
            return None
        text = self._phrases("notice.old", payer=name, year=str(passage.effective.year))
        return Notice(NoticeKind.OLD_RULE, text)

    def _lapse(self, passage: Passage, understood: Understood) -> str:
        payer = self._lexicon.payer[passage.payer or ""].name
        subject = ", ".join(passage.codes) or "this"
        if passage.effective and passage.effective > understood.date_of_service:
            return self._phrases("notice.not_yet", payer=payer, subject=subject, start=passage.effective.isoformat())
        if passage.ended:
            return self._phrases("notice.ended", payer=payer, subject=subject, reason=passage.ended)
        end = passage.expires.isoformat() if passage.expires else ""
        return self._phrases("notice.expired", payer=payer, subject=subject, end=end)
