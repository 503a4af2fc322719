"""A page as a browser without scripts has it: its text, its forms, and pressing a button by its
label.
"""

from typing import Any

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Page:
    """One response, parsed."""

    def __init__(self, client: FlaskClient, response: TestResponse, address: str) -> None:
        self.client, self.response, self.address = client, response, address
        self.status = response.status_code
        self.html = response.get_data(as_text=True)
        self.soup = BeautifulSoup(self.html, "html.parser")

    @property
    def title(self) -> str:
        found = self.soup.title
        return found.get_text(strip=True) if found else ""

    @property
    def heading(self) -> str:
        (found,) = self.soup.find_all("h1")
        return str(found.get_text(" ", strip=True))

    @property
    def text(self) -> str:
        """The words of the main part."""
        return " ".join((self.soup.main or self.soup).get_text(" ").split())

    @property
    def errors(self) -> list[str]:
        """The lines of the error summary."""
        return [
            item.get_text(" ", strip=True)
            for item in self.soup.select(".govuk-error-summary__list li")
        ]

    def has_button(self, label: str) -> bool:
        return bool(self._buttons(label))

    def values(self, label: str) -> dict[str, Any]:
        """What the form with this button would send, button included."""
        form = self._form(label)
        sent: dict[str, Any] = {}
        for field in form.select("input[name], textarea[name], select[name]"):
            kind = field.get("type", "")
            if field.name == "select":
                chosen = field.select_one("option[selected]") or field.select_one("option")
                value = chosen.get("value", chosen.get_text(strip=True)) if chosen else ""
            elif field.name == "textarea":
                value = field.get_text().removeprefix("\r\n").removeprefix("\n")
            elif kind in {"radio", "checkbox"}:
                if not field.has_attr("checked"):
                    continue
                value = field.get("value", "on")
            elif kind in {"file", "submit"}:
                continue
            else:
                value = field.get("value", "")
            name = str(field["name"])
            sent[name] = (
                [*sent[name], value]
                if isinstance(sent.get(name), list)
                else [sent[name], value]
                if name in sent
                else value
            )
        button = self._buttons(label)[0]
        if button.has_attr("name"):
            sent[str(button["name"])] = button.get("value", "")
        return sent

    def press(self, label: str, **changes: Any) -> "Page":
        """Fill in these fields and press this button. None leaves a field out."""
        form = self._form(label)
        sent = {
            name: value
            for name, value in {**self.values(label), **changes}.items()
            if value is not None
        }
        action = str(form.get("action") or self.address)
        if str(form.get("method", "get")).lower() == "get":
            return follow(self.client, self.client.get(action, query_string=sent), action)
        headers = {"Content-Type": "multipart/form-data"} if form.get("enctype") else None
        return follow(self.client, self.client.post(action, data=sent, headers=headers), action)

    def _buttons(self, label: str) -> list[Tag]:
        return [
            button
            for button in self.soup.select("main form button")
            if button.get_text(" ", strip=True).startswith(label)
            and button.get("aria-hidden") != "true"
        ]

    def _form(self, label: str) -> Tag:
        found = self._buttons(label)
        assert found, f"no button «{label}» at {self.address}: {self.title}"
        form = found[0].find_parent("form")
        assert form is not None
        return form


def follow(client: FlaskClient, response: TestResponse, address: str) -> Page:
    """The page after redirects."""
    while response.status_code in {301, 302, 303}:
        address = response.headers["Location"]
        response = client.get(address)
    return Page(client, response, address)


def visit(client: FlaskClient, address: str) -> Page:
    """Open an address."""
    return follow(client, client.get(address), address)
