"""Unit tests are pure: a socket or a database connection is an error."""

import socket
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a unit test reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
