"""Where in which list an officer is, and the way on after a step."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import parse_qs

from flask import redirect, request
from flask.typing import ResponseReturnValue

from app.kernel.errors import NotFound
from app.kernel.paging import Page

Args = tuple[tuple[str, str], ...]


class Place(Protocol):
    """One list with its filters."""

    @property
    def query(self) -> str:
        """As a query string, for pages that lead back here."""

    def url(self, **more: str) -> str:
        """The address of this list."""

    def rows(
        self, *, after: str | None = None, before: str | None = None, size: int = ...
    ) -> Page[Any]:
        """One page of it. Raises NotFound when the list is there no more."""


P = TypeVar("P", bound=Place)


def args_of(given: dict[str, str], names: Iterable[str]) -> Args:
    """The filters among these values, in order, none longer than a person types."""
    return tuple((name, given[name][:100]) for name in names if given.get(name))


def here(place_of: Callable[[dict[str, str]], P | None]) -> P | None:
    """The place of this request: from the address, or from the form's `next`."""
    if request.method == "GET":
        return place_of(request.args.to_dict())
    typed = parse_qs(request.form.get("next", ""))
    return place_of({name: values[0] for name, values in typed.items()})


def at(address: str, place: Place | None, anchor: str = "") -> str:
    """A page of a thing, opened from this list."""
    return address + (f"?{place.query}" if place else "") + (f"#{anchor}" if anchor else "")


@dataclass(frozen=True, slots=True)
class Leaving(Generic[P]):
    """Remembers, before a step is taken, where in the list a thing stood."""

    code: str
    place: P | None
    cursor: str | None
    #: The workbench of the thing with this code.
    address: Callable[[str], str]
    #: Where somebody goes who came from no list.
    home: Callable[[], str]
    #: Begin again from the top when nothing comes after it?
    around: bool = True

    def onwards(self) -> ResponseReturnValue:
        """After the step: the next thing of the list, the list when there is none; home for who
        came from no list.
        """
        if self.place is None:
            return redirect(self.home())
        try:
            for cursor in (self.cursor, None) if self.around else (self.cursor,):
                for row in self.place.rows(after=cursor, size=2).items:
                    if row.code != self.code:
                        return redirect(at(self.address(row.code), self.place))
        except NotFound:
            return redirect(self.home())
        return redirect(self.place.url())

    def stay(self, anchor: str = "") -> ResponseReturnValue:
        """After the step: the same thing again."""
        return redirect(at(self.address(self.code), self.place, anchor))
