"""A mail from its template: one subject, one text, and the same text as HTML.

The words stand once, in templates/email/<name>/{subject,body}.txt; buttons, codes and quoted texts
are put in by the functions below, whose marks people's own text cannot contain (kernel.text.clean
removes control characters).
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import force_locale

from app.kernel.clock import now
from app.kernel.links import Ref
from app.kernel.text import clean, clean_line
from app.mailer import service as mailer
from app.organisation import queries as organisation

_START, _SEPARATOR, _END = "\x02", "\x1f", "\x03"
_MARK = re.compile(f"{_START}(.)(.*?){_END}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail ready for the outbox."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a mail: a paragraph (P), a button (B), a code (C) or a labelled text (S)."""

    kind: str
    label: str
    text: str


def button(label: str, url: str) -> str:
    """A link that stands by itself."""
    return f"{_START}B{clean_line(label)}{_SEPARATOR}{clean_line(url)}{_END}"


def code(label: str, text: str) -> str:
    """Something to copy, large."""
    return f"{_START}C{clean_line(label)}{_SEPARATOR}{clean_line(text)}{_END}"


def section(label: str, text: str) -> str:
    """A label with somebody's own text below it; nothing when there is no text.

    Lazy words take the mail's language here.
    """
    words = clean(str(text))
    return f"{_START}S{clean_line(label)}{_SEPARATOR}{words}{_END}" if words else ""


def link(path: str) -> str:
    """An address of this site in full; from the setting, never from the Host
    header of a request.
    """
    return str(current_app.config["SETTINGS"].public_base_url).rstrip("/") + path


def blocks_of(body: str) -> Iterator[Block]:
    """The pieces of a rendered body, in order."""
    place = 0
    for match in _MARK.finditer(body):
        yield from _paragraphs(body[place : match.start()])
        label, _, text = match.group(2).partition(_SEPARATOR)
        yield Block(match.group(1), label, text)
        place = match.end()
    yield from _paragraphs(body[place:])


def _paragraphs(text: str) -> Iterator[Block]:
    for part in re.split(r"\n\s*\n", text):
        if part.strip():
            yield Block("P", "", "\n".join(line.strip() for line in part.strip().split("\n")))


def _plain(block: Block) -> str:
    if block.kind == "P":
        return block.text
    if block.kind == "S":
        return f"{block.label}:\n{block.text}"
    return (
        f"{block.label}:\n    {block.text}" if block.kind == "B" else f"{block.label}: {block.text}"
    )


def render(name: str, language: str, context: Mapping[str, Any]) -> Rendered:
    """The mail of this name in the reader's language."""
    environment = current_app.jinja_env
    given = {
        "site": organisation.agency(),
        "link": link,
        "button": button,
        "code": code,
        "section": section,
        **context,
    }
    with force_locale(language):
        subject = clean_line(environment.get_template(f"email/{name}/subject.txt").render(given))
        body = environment.get_template(f"email/{name}/body.txt").render(given)
        blocks = list(blocks_of(body))
        footer = environment.get_template("email/footer.txt").render(given)
        text = "\n\n".join(_plain(block) for block in blocks) + "\n\n-- \n" + footer.strip() + "\n"
        html = environment.get_template("email/layout.html").render(
            {
                **given,
                "subject": subject,
                "blocks": blocks,
                "footer": footer.strip().split("\n"),
                "language": language,
            }
        )
    return Rendered(subject, text, html)


def send(
    name: str,
    /,
    *,
    to: str | None,
    about: Ref | None,
    key: str,
    language: str = "vi",
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> None:
    """Put the mail into the outbox, in the transaction of what it is about. Without an address
    nothing happens.

    `key` says which happening it is about: the same one never leads to two mails.
    """
    if not to:
        return
    mail = render(name, language, context)
    mailer.queue(
        kind=name,
        to=to,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        about=about,
        dedupe_key=f"{name}:{key}"[:200],
        headers=headers,
    )


def stop_headers(stop_url: str) -> dict[str, str]:
    """The headers by which mail programs show a button of their own (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def moment_key(at: dt.datetime | None = None) -> str:
    """A key for happenings that may come again."""
    return (at or now()).isoformat()
