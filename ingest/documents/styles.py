"""Which text of a web page its own style sheets hide: by rules in the page and in its tags, never by fetched ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cssselect
import soupsieve
import tinycss2
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from tinycss2.color3 import RGBA, parse_color

TOLD = frozenset({
    "display", "visibility", "opacity", "font-size", "color", "background", "background-color", "background-image",
    "position", "left", "top", "right", "text-indent", "clip", "clip-path", "width", "height", "max-height",
    "overflow", "transform",
})  # fmt: skip
SCREEN = 1_280  # pixels of a screen's width, for rules that hold for some widths only
AWAY = -300.0  # pixels from the page's edge, from which nothing is on it
FAINT = 0.05  # opacity of what cannot be seen
TINY = 2.0  # pixels of letters that cannot be read
ALIKE = 0.12  # of brightness, by which letters and their ground must differ
LENGTH = re.compile(r"(-?[\d.]+)(px|em|rem|pt|%|vw)?")
PIXELS = {"em": 16.0, "rem": 16.0, "pt": 1.33, "vw": SCREEN / 100, "%": 6.0}
WIDTH = re.compile(r"\(\s*(min|max)-width\s*:\s*([\d.]+)(px|em|rem)")
NAMES = re.compile(r"([.#])(-?[A-Za-z_][\w-]*)")
BLACK, WHITE = RGBA(0, 0, 0, 1), RGBA(1, 1, 1, 1)

Declared = Mapping[str, str]


def hidden_parts(page: BeautifulSoup) -> list[Tag | NavigableString]:
    """The tags and the texts of a page that a reader does not see, outermost first."""
    hidden: list[Tag | NavigableString] = []
    _search(page, _declared(page), BLACK, WHITE, hidden)
    return hidden


def _search(
    tag: Tag, styles: Mapping[int, Declared], ink: RGBA, ground: RGBA | None, hidden: list[Tag | NavigableString]
) -> None:
    """Gather what is hidden below a tag; `ground` is None where a picture stands behind the letters."""
    for child in tag.children:
        if isinstance(child, Tag):
            style = styles.get(id(child), {})
            if _is_marked(child) or _is_unseen(style):
                hidden.append(child)
            else:
                _search(child, styles, _ink(style, ink), _ground(style, ground), hidden)
        elif type(child) is NavigableString and child.strip() and ground is not None and _is_alike(ink, ground):
            hidden.append(child)


def _is_marked(tag: Tag) -> bool:
    return tag.has_attr("hidden") or str(tag.get("aria-hidden")).lower() == "true"


def _is_unseen(style: Declared) -> bool:
    """Whether a tag is not shown, or shown where or so small that nobody sees it."""
    if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
        return True
    if _number(style.get("opacity", "1")) < FAINT or _pixels(style.get("font-size"), 16.0) < TINY:
        return True
    moved = style.get("position") in ("absolute", "fixed")
    if moved and min(_pixels(style.get(side), 0.0) for side in ("left", "top", "right")) <= AWAY:
        return True
    if _pixels(style.get("text-indent"), 0.0) <= AWAY or "scale(0" in style.get("transform", "").replace(" ", ""):
        return True
    clipped = re.search(r"rect\(\s*(?:0|1px)|inset\(\s*(?:50|100)%", style.get("clip", "") + style.get("clip-path", ""))
    cut = style.get("overflow") == "hidden" and min(
        _pixels(style.get(side), SCREEN) for side in ("width", "height", "max-height")
    ) <= 1  # fmt: skip
    return clipped is not None or cut


def _ink(style: Declared, above: RGBA) -> RGBA:
    colour = parse_color(style.get("color", ""))
    return colour if isinstance(colour, RGBA) else above


def _ground(style: Declared, above: RGBA | None) -> RGBA | None:
    told = " ".join(style.get(name, "") for name in ("background", "background-color", "background-image"))
    if "url(" in told or "gradient(" in told:
        return None
    colours = (parse_color(word) for word in re.findall(r"#\w+|[a-z]+\([^)]*\)|[a-z]+", told))
    solid = [colour for colour in colours if isinstance(colour, RGBA) and colour.alpha > FAINT]
    return solid[-1] if solid else above


def _is_alike(ink: RGBA, ground: RGBA) -> bool:
    return ink.alpha < FAINT or abs(_brightness(ink) - _brightness(ground)) < ALIKE


def _brightness(colour: RGBA) -> float:
    return float(0.3 * colour.red + 0.59 * colour.green + 0.11 * colour.blue)


def _number(text: str) -> float:
    match = LENGTH.match(text)
    return float(match.group(1)) / (100 if match.group(2) == "%" else 1) if match else 1.0


def _pixels(text: str | None, otherwise: float) -> float:
    match = LENGTH.match(text) if text else None
    return float(match.group(1)) * PIXELS.get(match.group(2) or "px", 1.0) if match else otherwise


# The cascade


@dataclass(frozen=True, slots=True, order=True)
class _Rank:
    """Which of several declarations holds: the important one, the tag's own, the more specific, the later."""

    important: bool
    own: bool
    specificity: tuple[int, int, int]
    order: int


def _declared(page: BeautifulSoup) -> dict[int, Declared]:
    """What holds of each tag, by the tag's id."""
    held: dict[int, dict[str, tuple[_Rank, str]]] = {}

    def declare(tag: Tag, content: object, own: bool, specificity: tuple[int, int, int], order: int) -> None:
        for one in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
            if one.type == "declaration" and one.lower_name in TOLD:
                rank = _Rank(one.important, own, specificity, order)
                value = tinycss2.serialize(one.value).strip().lower()
                before = held.setdefault(id(tag), {}).get(one.lower_name)
                if before is None or before[0] <= rank:
                    held[id(tag)][one.lower_name] = (rank, value)

    names = _names_in(page)
    for order, (selector, content) in enumerate(_rules(page)):
        for tag in _matching(selector, page, names):
            declare(tag, content, False, selector.specificity(), order)
    for tag in page.find_all(style=True):
        declare(tag, str(tag["style"]), True, (0, 0, 0), 0)
    return {tag: {name: value for name, (_, value) in told.items()} for tag, told in held.items()}


def _rules(page: BeautifulSoup) -> Iterator[tuple[cssselect.Selector, object]]:
    """The rules of a page's style sheets that tell of what can be seen, each with one of its selectors."""
    for sheet in page.find_all("style"):
        if _holds(str(sheet.get("media") or "")):
            rules = tinycss2.parse_stylesheet(sheet.get_text(), skip_comments=True, skip_whitespace=True)
            yield from _within(rules)


def _within(rules: list[object]) -> Iterator[tuple[cssselect.Selector, object]]:
    for rule in rules:
        kind = getattr(rule, "type", "")
        if kind == "at-rule" and rule.content is not None:  # type: ignore[attr-defined]
            name, when = rule.lower_at_keyword, tinycss2.serialize(rule.prelude)  # type: ignore[attr-defined]
            if name in ("supports", "layer") or (name == "media" and _holds(when)):
                inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)  # type: ignore[attr-defined]
                yield from _within(inner)
        elif kind == "qualified-rule":
            try:
                selectors = cssselect.parse(tinycss2.serialize(rule.prelude))  # type: ignore[attr-defined]
            except cssselect.SelectorError:
                continue  # of a kind that no browser's reader has either
            yield from ((one, rule.content) for one in selectors if one.pseudo_element is None)  # type: ignore[attr-defined]


def _holds(media: str) -> bool:
    """Whether what is said of some media holds for a screen of the usual width."""
    told = media.lower()
    if not told.strip():
        return True
    return any(_holds_for(one) for one in told.split(","))


def _holds_for(told: str) -> bool:
    if ("print" in told and "not" not in told) or "speech" in told:
        return False
    for edge, width, unit in WIDTH.findall(told):
        pixels = float(width) * PIXELS.get(unit, 1.0)
        if (edge == "min" and pixels > SCREEN) or (edge == "max" and pixels < SCREEN):
            return False
    return True


def _names_in(page: BeautifulSoup) -> frozenset[str]:
    """The classes and ids that tags of the page have, as selectors write them."""
    names: set[str] = set()
    for tag in page.find_all(True):
        names |= {f".{name}" for name in tag.get_attribute_list("class") if name}
        names |= {f"#{name}" for name in tag.get_attribute_list("id") if name}
    return frozenset(names)


def _matching(selector: cssselect.Selector, page: BeautifulSoup, names: frozenset[str]) -> list[Tag]:
    """The tags that a selector names; most of a framework's selectors name classes that the page does not have."""
    written = selector.canonical()
    if "(" not in written and any(mark + name not in names for mark, name in NAMES.findall(written)):
        return []
    try:
        return soupsieve.select(written, page)
    except (soupsieve.SelectorSyntaxError, NotImplementedError):
        return []
