"""Which part of a new version is which part of the one before, so that comments go on pointing at
what they were about.

By label first: «Điều 5» is Điều 5 as long as it says about the same. Where the numbers moved, by
the words: the share of pairs of neighbouring words that two texts have in common. Every step that
is not by the label alone is explained to the officer.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flask_babel import gettext as _

from app.drafts.service.shape import free
from app.drafts.states import ClauseKind
from app.kernel.text import words

#: Alike enough to be the same part under its old number, …
SAME_NUMBER = 0.5
#: … to be the same part under another number, …
MOVED = 0.6
#: … and so little alike that a person should look although the number is the same.
REWRITTEN = 0.2
_CONTAINERS = frozenset(
    {ClauseKind.CHAPTER, ClauseKind.SECTION, ClauseKind.ANNEX, ClauseKind.PREAMBLE}
)


@dataclass
class Part:
    """One part of a version, with what lies in it."""

    kind: ClauseKind
    anchor: str
    label: str
    full_label: str
    heading: str
    text: str
    depth: int
    #: In the order of its version.
    children: list["Part"] = field(default_factory=list)
    #: Filled for parts of the new version.
    note: str = ""
    #: The part of the old version that it is.
    before: "Part | None" = None

    @property
    def own(self) -> str:
        """Heading and text without what lies in it."""
        return f"{self.heading}\n{self.text}".strip()

    def whole(self) -> str:
        """Heading and text with all that lies in it."""
        return "\n".join([self.own, *(child.whole() for child in self.children)])


def tree(parts: Sequence[Part]) -> list[Part]:
    """Hang the parts below each other by their depth; containers stay apart, since articles move
    between chapters.
    """
    roots: list[Part] = []
    path: list[Part] = []
    for part in parts:
        part.children = []
        if part.kind in _CONTAINERS or part.kind is ClauseKind.ARTICLE:
            path = [part]
            roots.append(part)
            continue
        while path and path[-1].depth >= part.depth:
            path.pop()
        (path[-1].children if path else roots).append(part)
        path.append(part)
    return roots


def similarity(one: str, other: str) -> float:
    """How alike two texts are, 0 to 1: pairs of neighbouring words in common (single words where a
    text has only one).
    """
    return _alike(_bag(one), _bag(other))


def _bag(text: str) -> Counter[tuple[str, ...]]:
    found = words(text)
    return Counter(pairwise(found)) if len(found) > 1 else Counter((word,) for word in found)


def _alike(one: Counter[tuple[str, ...]], other: Counter[tuple[str, ...]]) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


def carry_over(old: Sequence[Part], new: Sequence[Part], *, suffix: str) -> None:
    """Give the parts of the new version the anchors of those parts of the old one that they are.
    Both in order.

    A part that is new keeps the anchor of its label where that is free, and gets one with `suffix`
    where an old part has it.
    """
    if not old:
        return
    old_roots, new_roots = tree(old), tree(new)
    for group in (_is_article, _is_container, _is_rest):
        _match(
            [part for part in old_roots if group(part)], [part for part in new_roots if group(part)]
        )
    _name(new, {part.anchor for part in old}, suffix)


def _is_article(part: Part) -> bool:
    return part.kind is ClauseKind.ARTICLE


def _is_container(part: Part) -> bool:
    return part.kind in _CONTAINERS


def _is_rest(part: Part) -> bool:
    return not _is_article(part) and not _is_container(part)


def _match(old: list[Part], new: list[Part]) -> None:
    """Find the partner of each of the new ones, then of what lies in them."""
    bags_old = {id(part): _bag(part.whole()) for part in old}
    bags_new = {id(part): _bag(part.whole()) for part in new}

    def alike(one: Part, other: Part) -> float:
        return _alike(bags_old[id(one)], bags_new[id(other)])

    left_old, left_new = _by_number(old, new, lambda one, other: alike(one, other) >= SAME_NUMBER)
    moved = sorted(
        (
            (alike(one, other), place, one, other)
            for one in left_old
            for place, other in enumerate(left_new)
            if one.kind is other.kind
        ),
        key=lambda found: (-found[0], found[1]),
    )
    for share, _place, one, other in moved:
        if share >= MOVED and one in left_old and other in left_new:
            left_old.remove(one)
            left_new.remove(other)
            other.before = one
            other.note = _(
                "Ở bản trước là %(before)s (giống %(share)s%%): góp ý về %(before)s được nối vào "
                "đây.",
                before=one.full_label,
                share=round(100 * share),
            )
    for one, other in _pairs_by_number(left_old, left_new):
        other.before = one
        if other.kind not in _CONTAINERS and alike(one, other) < REWRITTEN:
            other.note = _(
                "Nội dung khác hẳn %(before)s ở bản trước, góp ý cũ vẫn được nối vào đây.",
                before=one.full_label,
            )
    for part in new:
        _match(part.before.children if part.before else [], part.children)


def _key(part: Part) -> tuple[ClauseKind, str]:
    return part.kind, part.label.strip(" .:)").lower()


def _pairs_by_number(old: list[Part], new: list[Part]) -> Iterator[tuple[Part, Part]]:
    by_key = {_key(part): part for part in reversed(old)}
    for part in new:
        if one := by_key.pop(_key(part), None):
            yield one, part


def _by_number(
    old: list[Part], new: list[Part], fits: Callable[[Part, Part], bool]
) -> tuple[list[Part], list[Part]]:
    """Pair those whose number and words agree; what is left over of both."""
    for one, part in _pairs_by_number(old, new):
        if fits(one, part):
            part.before = one
    taken = {id(part.before) for part in new if part.before is not None}
    return [part for part in old if id(part) not in taken], [
        part for part in new if part.before is None
    ]


def _name(new: Sequence[Part], old_anchors: set[str], suffix: str) -> None:
    taken = {part.before.anchor for part in new if part.before is not None}
    for part in new:
        if part.before is not None:
            part.anchor = part.before.anchor
            continue
        wanted = part.anchor if part.anchor not in old_anchors else f"{part.anchor}-{suffix}"
        part.anchor = free(wanted, taken | old_anchors)
        taken.add(part.anchor)


# What changed
# --------------------------------------------------------------------------------------------------
#: Lines of the list that readers see.
MOST_CHANGES = 60


def changes(old: Sequence[Part], new: Sequence[Part]) -> list[str]:
    """What differs, as short lines for readers, in the order of the new version; parts are the same
    when their anchor is.
    """
    before = {part.anchor: part for part in old}
    lines: list[str] = []
    for part in new:
        one = before.pop(part.anchor, None)
        if one is None:
            lines.append(_("Thêm %(name)s.", name=part.full_label))
        elif one.full_label != part.full_label and _bag(one.own) != _bag(part.own):
            lines.append(
                _(
                    "%(before)s thành %(name)s, có sửa nội dung.",
                    before=_capital(one.full_label),
                    name=part.full_label,
                )
            )
        elif one.full_label != part.full_label and _key(one) != _key(part):
            lines.append(
                _(
                    "%(before)s thành %(name)s.",
                    before=_capital(one.full_label),
                    name=part.full_label,
                )
            )
        elif one.own.split() != part.own.split():
            lines.append(_("Sửa %(name)s.", name=part.full_label))
    lines += [_("Bỏ %(name)s.", name=part.full_label) for part in old if part.anchor in before]
    if len(lines) > MOST_CHANGES:
        return [*lines[:MOST_CHANGES], _("Và %(n)s thay đổi khác.", n=len(lines) - MOST_CHANGES)]
    return lines


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
