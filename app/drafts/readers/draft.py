"""Reads a draft: a .docx becomes Chương, Mục, Điều, khoản, điểm in order, each under a stable
anchor.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from app.drafts.readers import docx_lines
from app.drafts.readers.docx_lines import Line
from app.drafts.readers.outline import Node, Outliner
from app.drafts.states import ClauseKind
from app.imports import protocol


def read(path: Path, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The clauses of the draft as rows.

    Raises Unreadable when there is nothing to divide the text by.
    """
    found = list(docx_lines.lines(path))
    yield protocol.progress(0, len(found))
    nodes = outline_of(found)
    for number, node in enumerate(nodes, start=1):
        yield protocol.row(
            {
                "kind": node.kind.value,
                "anchor": node.anchor,
                "label": node.label,
                "heading": node.heading[:500],
                "text": node.text,
                "depth": node.depth,
                "doubtful": " ".join(node.doubts)[:200],
            }
        )
        if number % 100 == 0:
            yield protocol.progress(len(found) * number // len(nodes), len(found))
    yield protocol.meta(
        {"clauses": len(nodes), "doubtful": sum(bool(node.doubts) for node in nodes)}
    )


def outline_of(lines: list[Line]) -> list[Node]:
    """The parts in these lines: by articles, or by Roman numerals where there are none."""
    nodes = Outliner(lines, plan=False).run()
    if not any(node.kind is ClauseKind.ARTICLE for node in nodes):
        nodes = Outliner(lines, plan=True).run()
        if not any(node.kind in {ClauseKind.SECTION, ClauseKind.CHAPTER} for node in nodes):
            raise protocol.Unreadable(
                _(
                    "Không tìm thấy Điều hoặc mục I, II, III nào trong tệp nên không tách được. "
                    "Hãy kiểm tra lại tệp dự thảo."
                )
            )
    return nodes
