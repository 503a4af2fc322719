"""What is asked of which server, and the goal that it has."""

import html
import http.client
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from benchmarks.data import Filled
from benchmarks.servers import Server

CLIENTS = 16
_BROWSER = "User-Agent: Mozilla/5.0\r\n"


@dataclass(frozen=True)
class Row:
    """Medians of one target; ratios are those of each round to the bare page of the same round, and
    then the median.
    """

    rate: float
    cpu: float
    rate_ratio: float
    cpu_ratio: float
    p95: float
    bytes: float
    errors: int
    #: The generator's share of a core: near 1 it measured itself.
    busy: float


@dataclass(frozen=True)
class Goal:
    """A number of docs/performance.md."""

    text: str
    met: Callable[[Row], bool]


WARM = Goal("≥ 1,5 × · CPU ≤ 0,7 ×", lambda row: row.rate_ratio >= 1.5 and row.cpu_ratio <= 0.7)
UNCHANGED = Goal("CPU ≤ 0,7 ×", lambda row: row.cpu_ratio <= 0.7)
COLD_LIST = Goal("CPU ≤ 5 ×", lambda row: row.cpu_ratio <= 5)
COLD_THREAD = Goal("CPU ≤ 8 ×", lambda row: row.cpu_ratio <= 8)
ASK = Goal("≥ 100/s, no error", lambda row: row.rate >= 100 and not row.errors)


@dataclass
class Target:
    """One line of the table."""

    name: str
    server: Server
    requests: Sequence[str]
    goal: Goal | None = None
    expect: int = 200
    #: Must stand in each answer.
    marker: str = ""
    clients: int = CLIENTS
    secret: str = ""
    #: The bare page that it is compared with; None: it is one.
    yardstick: "Target | None" = None
    rounds: list[dict[str, Any]] = field(default_factory=list)


def get(path: str, *headers: str) -> str:
    """A request as a browser sends it."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{_BROWSER}"
        + "".join(f"{line}\r\n" for line in headers)
        + "\r\n"
    )


def fetch(server: Server, path: str) -> tuple[http.client.HTTPResponse, str]:
    """One answer, to read tags and tokens from."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", path, headers={"User-Agent": "Mozilla/5.0"})
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response, body


def asking(server: Server) -> str:
    """The last POST of the form, with gaps for what is new each time."""
    response, page = fetch(server, "/hoi-dap/gui?buoc=noi-dung")
    cookie = (response.getheader("Set-Cookie") or "").split(";")[0]
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token, "the form has no token"
    fields = {
        "csrf_token": html.unescape(token.group(1)),
        "step": "lien-he",
        "action": "gui",
        "kind": "question",
        "topic": "",
        "place": "",
        "title": "",
        "name": "Nguyễn Thị Ân",
        "phone": "",
        "email": "MAIL@example.vn",
        "consent": "publish",
        "name_display": "initials",
        "idempotency_key": "K" * 32,
        "started": "S" * 67,
        "company_url": "",
        "body": "Nhà tôi muốn biết lịch thu gom rác trong tuần tới thay đổi như thế nào. " * 8,
    }
    body = urlencode(fields).replace("MAIL", "K" * 32)
    size = len(body)
    body = body.replace("K" * 32, "{key}").replace("S" * 67, "{clock}")
    return (
        f"POST /hoi-dap/gui HTTP/1.1\r\nHost: 127.0.0.1\r\n{_BROWSER}Cookie: "
        f"{cookie}\r\nX-Forwarded-For: {{address}}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {size}\r\n\r\n{body}"
    )


def pages(bare: Target, warm: Server, cold: Server, filled: Filled) -> list[Target]:
    """Everything that people read, from the shelf and made anew."""
    name = bare.server.kind
    answers = [get(f"/hoi-dap/{code}") for code in filled.codes]
    half = get(f"/hoi-dap?sau={filled.middle}")
    # A search is limited for each address, so each comes from another one; the page cache knows no
    # addresses.
    searches = [
        get(f"/tim-kiem?q={quote(text)}", "X-Forwarded-For: {address}") for text in filled.searches
    ]
    tag = fetch(warm, "/")[0].getheader("ETag") or ""
    targets = [
        Target("home, warm", warm, [get("/")], WARM),
        Target("home, warm, Brotli", warm, [get("/", "Accept-Encoding: gzip, br")], WARM),
        Target(
            "home, If-None-Match", warm, [get("/", f"If-None-Match: {tag}")], UNCHANGED, expect=304
        ),
        Target("list, warm", warm, [get("/hoi-dap")], WARM),
        Target("answer, warm", warm, answers, WARM),
        Target("search, warm", warm, searches, WARM),
        Target("home, cold", cold, [get("/")]),
        Target("list, cold", cold, [get("/hoi-dap")], COLD_LIST),
        Target("list, cold, half depth", cold, [half]),
        Target("answer, cold", cold, answers, COLD_THREAD),
        Target("search, cold", cold, searches),
    ]
    if name == "gthread":
        targets.append(Target("search, cold, one reader", cold, searches, clients=1))
    for target in targets:
        target.yardstick = bare
    return targets


def ask(bare: Target, server: Server, filled: Filled) -> Target:
    """Sending a question, with everything that belongs to it."""
    return Target(
        "ask POST",
        server,
        [asking(server)],
        ASK,
        marker="ln-receipt__code",
        secret=filled.secret,
        yardstick=bare,
    )
