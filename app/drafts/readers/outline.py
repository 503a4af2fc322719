"""From lines to the parts of a draft: which line begins a chapter, an article, a clause, and to
which part the others belong.

What the reader is not sure of carries a reason, for a person to look at. Nothing that stands in the
text is lost: a line that begins no part belongs to the part before it. Left out are the state's
name above the title and the signatures below.
"""

from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.drafts.readers import heads
from app.drafts.readers.docx_lines import Line
from app.drafts.readers.heads import Head
from app.drafts.states import ClauseKind

#: Characters of a heading; a longer line is text.
_LONGEST_HEADING = 400
#: A quoted article in an amending text ends within so many lines, or the quotation mark was a slip.
_LONGEST_QUOTE = 200
_SENTENCE_END = (".", ";", ":", ",", "…", "./.")


@dataclass
class Node:
    """One part."""

    kind: ClauseKind
    anchor: str
    number: str = ""
    label: str = ""
    heading: str = ""
    lines: list[str] = field(default_factory=list)
    depth: int = 0
    doubts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its paragraphs, a blank line between two."""
        return "".join(self.lines).strip()

    def add(self, line: Line, text: str) -> None:
        """One more line of its text."""
        if text:
            self.lines.append(("\n" if line.soft and self.lines else "\n\n") + text)

    def doubt(self, reason: str) -> None:
        """Say once why a person should look."""
        if reason not in self.doubts:
            self.doubts.append(reason)


class Outliner:
    """Goes through the lines and knows in which chapter, article and clause it stands."""

    def __init__(self, lines: list[Line], *, plan: bool) -> None:
        self._lines = lines
        self._plan = plan
        self._nodes: list[Node] = []
        self._anchors: set[str] = set()
        self._prefix = ""
        self._chapter: Node | None = None
        self._section: Node | None = None
        self._article: Node | None = None
        self._clause: Node | None = None
        self._point: Node | None = None
        #: The part whose heading is still to come.
        self._untitled: Node | None = None
        self._last_article = 0
        self._signed = False
        self._quoted_until = -1

    def run(self) -> list[Node]:
        """All the parts."""
        for place, line in enumerate(self._lines):
            if place <= self._quoted_until or line.in_table:
                self._plain(line)
                continue
            if not self._begin(line):
                self._plain(line)
            self._quoted_until = max(self._quoted_until, self._end_of_quote(place))
        if self._nodes and self._nodes[0].kind is ClauseKind.PREAMBLE:
            self._title()
        return [node for node in self._nodes if node.heading or node.lines or node.label]

    # Beginnings
    # ----------------------------------------------------------------------------------------------
    def _begin(self, line: Line) -> bool:
        """Begin a new part if the line does; False when it is text."""
        if (head := heads.article(line)) is not None and not self._plan:
            return self._begin_article(line, head)
        for find, begin in (
            (heads.chapter, self._begin_chapter),
            (heads.section, self._begin_section),
        ):
            if head := find(line):
                begin(line, head)
                return True
        if head := heads.annex(line, after_articles=self._last_article > 0):
            self._begin_annex(line, head)
            return True
        if self._plan and (head := heads.outline(line)):
            self._begin_outline(line, head)
            return True
        if self._article is None or self._signed:
            return False
        return self._begin_inner(line)

    def _begin_inner(self, line: Line) -> bool:
        if head := heads.nested(line):
            return self._begin_nested(line, head)
        if head := heads.clause(line):
            return self._begin_clause(line, head)
        if head := heads.point(line):
            return self._begin_point(line, head)
        return False

    def _new(self, kind: ClauseKind, anchor: str, head: Head, depth: int, line: Line) -> Node:
        node = Node(kind, self._unique(anchor), head.number, head.label, depth=depth)
        if node.anchor != anchor:
            node.doubt(_("Số trùng với một mục ở trước."))
        if head.unsure:
            node.doubt(_("Có thể chỉ là một câu trong văn bản."))
        if line.legacy:
            node.doubt(_("Chữ được chuyển từ phông cũ (TCVN3, VNI)."))
        self._nodes.append(node)
        self._untitled = None
        return node

    def _unique(self, anchor: str) -> str:
        made, number = anchor, 1
        while made in self._anchors:
            number += 1
            made = f"{anchor}-lan-{number}"
        self._anchors.add(made)
        return made

    def _begin_chapter(self, line: Line, head: Head) -> None:
        self._leave_article()
        self._section, self._signed = None, False
        self._chapter = self._new(
            ClauseKind.CHAPTER, f"{self._prefix}chuong-{head.number}", head, self._base, line
        )
        self._name(self._chapter, head)

    @property
    def _base(self) -> int:
        """The depth of what stands directly in the text, or in an annex."""
        return 1 if self._prefix else 0

    def _begin_section(self, line: Line, head: Head) -> None:
        self._leave_article()
        above = f"{self._chapter.anchor}-" if self._chapter else self._prefix
        depth = self._chapter.depth + 1 if self._chapter else self._base
        self._section = self._new(
            ClauseKind.SECTION, f"{above}muc-{head.number}", head, depth, line
        )
        self._name(self._section, head)

    def _begin_outline(self, line: Line, head: Head) -> None:
        self._leave_article()
        depth = self._chapter.depth + 1 if self._chapter else self._base
        self._article = self._new(
            ClauseKind.SECTION, f"{self._prefix}muc-{head.number}", head, depth, line
        )
        self._split_heading(self._article, line, head)

    def _begin_annex(self, line: Line, head: Head) -> None:
        self._leave_article()
        self._chapter = self._section = None
        self._signed = False
        anchor = (
            f"phu-luc-{head.number}" if head.number else "phu-luc" if head.label else "kem-theo"
        )
        node = self._new(ClauseKind.ANNEX, anchor, head, 0, line)
        node.doubts = [doubt for doubt in node.doubts if head.label]
        self._prefix, self._last_article = f"{node.anchor}-", 0
        self._name(node, head)

    def _name(self, node: Node, head: Head) -> None:
        node.heading = head.rest
        if not head.rest or head.kind is ClauseKind.ANNEX:
            self._untitled = node

    def _leave_article(self) -> None:
        self._article = self._clause = self._point = None

    def _begin_article(self, line: Line, head: Head) -> bool:
        number = int("".join(letter for letter in head.number if letter.isdecimal()))
        added = not head.number.isdecimal()
        anchor = f"{self._prefix}dieu-{head.number}"
        if anchor in self._anchors and number == 1:
            # The text that is issued with a decision counts from 1 again.
            self._begin_annex(line, Head(ClauseKind.ANNEX, "", "", _("Văn bản kèm theo")))
            self._nodes[-1].doubt(_("Số Điều bắt đầu lại từ 1: có thể là văn bản kèm theo."))
            anchor = f"{self._prefix}dieu-{head.number}"
        self._leave_article()
        self._signed = False
        above = self._section or self._chapter
        node = self._new(
            ClauseKind.ARTICLE, anchor, head, above.depth + 1 if above else self._base, line
        )
        if number != self._last_article + (0 if added and number == self._last_article else 1):
            node.doubt(
                _(
                    "Số Điều không liền với Điều trước (%(before)s).",
                    before=self._last_article or _("chưa có"),
                )
            )
        self._last_article = number
        self._article = node
        self._split_heading(node, line, head)
        return True

    def _split_heading(self, node: Node, line: Line, head: Head) -> None:
        """A heading is bold, or short and no sentence; what follows it on the line is text."""
        if not head.rest:
            self._untitled = node
            return
        bold = line.bold - head.at
        if 0 < bold < len(head.rest) and line.bold > head.at + 3:
            node.heading, rest = head.rest[:bold].strip(), head.rest[bold:].strip()
            node.add(line, rest)
        elif len(head.rest) <= _LONGEST_HEADING and (
            line.all_bold or not head.rest.endswith(_SENTENCE_END)
        ):
            node.heading = head.rest
        else:
            node.add(line, head.rest)

    def _begin_clause(self, line: Line, head: Head) -> bool:
        assert self._article is not None
        number, last = (
            heads.leading(head.number),
            heads.leading(self._clause.number) if self._clause else 0,
        )
        added = not head.number.isdecimal()
        follows = number == last + 1 or (added and number == last)
        if self._clause is None:
            doubt = "" if number == 1 else _("Khoản đầu tiên mang số %(number)s.", number=number)
            if number > 99:
                return False
        elif follows:
            doubt = ""
        elif last < number <= last + 3:
            doubt = _("Số khoản nhảy từ %(last)s sang %(number)s.", last=last, number=number)
        else:
            self._leaf.doubt(_("Có dãy số bên trong, chưa rõ là khoản hay không."))
            return False
        self._clause = self._new(
            ClauseKind.CLAUSE,
            f"{self._article.anchor}-khoan-{head.number}",
            head,
            self._article.depth + 1,
            line,
        )
        self._point = None
        if doubt:
            self._clause.doubt(doubt)
        self._clause.add(line, head.rest)
        return True

    def _begin_nested(self, line: Line, head: Head) -> bool:
        """«2.1»: below khoản 2; in an article without clauses «5.1» is the first
        clause of Điều 5.
        """
        assert self._article is not None
        parts = head.number.split(".")
        if (
            self._clause is not None
            and heads.leading(self._clause.number) == int(parts[0])
            and "." not in self._clause.label.rstrip(".")
        ):
            parent = self._clause
        elif (
            parts[0] == self._article.number
            and len(parts) == 2
            and int(parts[1]) == self._after_nested()
        ):
            shown = Head(ClauseKind.CLAUSE, parts[1], head.label, head.rest, head.at)
            self._clause = self._new(
                ClauseKind.CLAUSE,
                f"{self._article.anchor}-khoan-{parts[1]}",
                shown,
                self._article.depth + 1,
                line,
            )
            self._clause.add(line, head.rest)
            self._point = None
            return True
        else:
            return False
        anchor = f"{parent.anchor}-diem-{'-'.join(parts[1:])}"
        if (
            int(parts[-1]) != 1
            and anchor.rpartition("-")[0] + f"-{int(parts[-1]) - 1}" not in self._anchors
        ):
            return False
        self._point = self._new(ClauseKind.POINT, anchor, head, parent.depth + len(parts) - 1, line)
        self._point.add(line, head.rest)
        return True

    def _after_nested(self) -> int:
        return heads.leading(self._clause.number) + 1 if self._clause else 1

    def _begin_point(self, line: Line, head: Head) -> bool:
        assert self._article is not None
        step = heads.step_between(self._point.number if self._point else "", head.number)
        if step == 0 or (head.unsure and step > 1):
            if not head.unsure:
                self._leaf.doubt(_("Có dãy chữ cái bên trong, chưa rõ là điểm hay không."))
            return False
        parent = self._clause or self._article
        sure = Head(head.kind, head.number, head.label, head.rest, head.at)
        self._point = self._new(
            ClauseKind.POINT, f"{parent.anchor}-diem-{head.number}", sure, parent.depth + 1, line
        )
        if step > 1:
            self._point.doubt(_("Thứ tự các điểm không liền nhau."))
        self._point.add(line, head.rest)
        return True

    # Text
    # ----------------------------------------------------------------------------------------------
    @property
    def _leaf(self) -> Node:
        return self._nodes[-1]

    def _plain(self, line: Line) -> None:
        """A line that begins nothing."""
        if not self._nodes:
            if heads.is_header(line):
                return
            self._nodes.append(Node(ClauseKind.PREAMBLE, self._unique("mo-dau")))
        leaf = self._leaf
        if leaf.kind is ClauseKind.PREAMBLE and heads.is_header(line):
            return
        if self._signed or (self._last_article and heads.is_signed(line)):
            self._signed = True
            return
        if self._untitled is leaf and self._is_heading(leaf, line):
            return
        if line.legacy:
            leaf.doubt(_("Chữ được chuyển từ phông cũ (TCVN3, VNI)."))
        if self._is_after_points(leaf, line):
            assert self._point is not None
            parent = self._clause or self._article
            assert parent is not None
            head = Head(ClauseKind.PARAGRAPH, "", "", line.text)
            leaf = self._new(
                ClauseKind.PARAGRAPH, f"{parent.anchor}-doan-1", head, parent.depth + 1, line
            )
            leaf.doubts = [
                _("Đoạn không đánh số sau các điểm: chưa rõ thuộc khoản hay thuộc điểm cuối.")
            ]
        leaf.add(line, line.text)

    def _is_heading(self, leaf: Node, line: Line) -> bool:
        """Take the line as (more of) the heading that was still to come."""
        fits = len(leaf.heading) + len(line.text) < _LONGEST_HEADING and not line.in_table
        if leaf.kind is ClauseKind.ARTICLE or (self._plan and leaf is self._article):
            self._untitled = None
            if (
                fits
                and not leaf.heading
                and not leaf.lines
                and (line.all_bold or not line.text.endswith(_SENTENCE_END))
            ):
                leaf.heading = line.text
                return True
            return False
        outstanding = line.centred or line.all_bold or heads.is_capital(line.text)
        if (
            fits
            and not leaf.lines
            and (outstanding or (not leaf.heading and not line.text.endswith(_SENTENCE_END)))
        ):
            leaf.heading = f"{leaf.heading} {line.text}".strip()
            return True
        self._untitled = None
        return False

    def _is_after_points(self, leaf: Node, line: Line) -> bool:
        """A paragraph after the last point, which ended its sentence: it may belong to the clause
        again.
        """
        if (
            self._point is None
            or leaf is not self._point
            or line.soft
            or line.in_table
            or self._is_quoted(line)
        ):
            return False
        return leaf.text.endswith((".", "./.")) and line.text[0].isupper()

    @staticmethod
    def _is_quoted(line: Line) -> bool:
        return line.text.startswith(("“", '"', "«", "-", "+"))

    def _end_of_quote(self, place: int) -> int:
        """Where the quotation that this line leaves open ends: articles inside are quoted, not
        ours. -1: nothing is open.
        """
        text = self._lines[place].text
        if self._article is None or heads.balance(text) <= 0:
            return -1
        expected, level = str(self._last_article + 1), 0
        for later in range(place, min(place + _LONGEST_QUOTE, len(self._lines))):
            line = self._lines[later]
            head = heads.article(line) if later > place else None
            if head is not None and head.number == expected and line.bold:
                break
            level += (
                heads.balance(line.text)
                if later == place or "“" in line.text or "”" in line.text
                else heads.closing(line.text)
            )
            if level <= 0:
                return later
        self._leaf.doubt(_("Dấu ngoặc kép mở mà không đóng."))
        return -1

    def _title(self) -> None:
        """The first lines of the preamble, up to «Căn cứ», are the title."""
        node = self._nodes[0]
        kept = node.text.split("\n\n")
        title: list[str] = []
        while (
            kept
            and len(title) < 4
            and not kept[0].startswith(("Căn cứ", "CĂN CỨ", "Theo ", "Xét ", "Thực hiện"))
        ):
            title.append(kept.pop(0))
        node.heading = " ".join(" ".join(title).split())[:_LONGEST_HEADING]
        node.lines = ["\n\n".join(kept)]
