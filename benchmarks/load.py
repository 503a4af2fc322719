"""The load generator: connections in a closed loop, each asking again as soon as the last answer is
whole.

One process, one thread, one epoll, raw sockets with keep-alive: about 20.000 small answers a second
on one core. It runs beside the server on the same machine and says how busy it was itself, since a
generator that has no time left measures itself. `python -m benchmarks.load` reads a job as JSON and
writes what happened as JSON.
"""

import itertools
import json
import secrets
import select
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from itsdangerous import TimestampSigner

#: Replaced in each request: by an address nobody used before, the key of a new form, its clock.
ADDRESS, KEY, CLOCK = b"{address}", b"{key}", b"{clock}"
#: Seconds to wait for the last answers.
PATIENCE = 30.0
_READ = 1 << 18


@dataclass
class Result:
    """What happened in one measurement."""

    done: int = 0
    seconds: float = 0.0
    #: CPU seconds of the generator itself.
    own_cpu: float = 0.0
    received: int = 0
    reconnects: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """The same in a few numbers; times in milliseconds."""
        ordered = sorted(self.latencies)

        def at(share: float) -> float:
            return (
                1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
            )

        return {
            "done": self.done,
            "seconds": self.seconds,
            "own_cpu": self.own_cpu,
            "bytes": self.received / max(1, self.done),
            "reconnects": self.reconnects,
            "errors": dict(self.errors),
            "p50": at(0.5),
            "p95": at(0.95),
            "p99": at(0.99),
        }


class Connection:
    """One keep-alive connection and the answer that is coming in on it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.socket = self._connect()
        self.request = b""
        self.asked = 0.0
        self._head = b""
        self._left = -1
        self.status = b""
        self.body = b""

    def _connect(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self._port), timeout=10)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.setblocking(False)
        return made

    def ask(self, request: bytes) -> None:
        """Send the next request; it fits into the socket's buffer."""
        self.request, self._head, self._left, self.body = request, b"", -1, b""
        self.asked = time.perf_counter()
        self.socket.sendall(request)

    def again(self) -> None:
        """The server let an idle connection go: open another one and ask the same."""
        self.socket.close()
        self.socket = self._connect()
        self.ask(self.request)

    @property
    def untouched(self) -> bool:
        """Has nothing of the answer come yet?"""
        return not self._head and self._left < 0

    def take(self, data: bytes, *, keep_body: bool) -> bool:
        """A piece of the answer;

        True when that was the last. Raises ValueError for an answer without a length.
        """
        if self._left < 0:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return False
            self.status = self._head[9:12]
            self._left = 0 if self.status in {b"304", b"204"} else _length(self._head[: end + 2])
            data = self._head[end + 4 :]
        if keep_body:
            self.body += data
        self._left -= len(data)
        return self._left <= 0


def _length(head: bytes) -> int:
    start = head.lower().find(b"\r\ncontent-length: ")
    if start < 0:
        raise ValueError("no length")
    return int(head[start + 18 : head.index(b"\r\n", start + 18)])


def run(
    *,
    port: int,
    clients: int,
    seconds: float,
    expect: str,
    marker: bytes,
    requests: Iterator[bytes],
) -> Result:
    """Keep so many connections busy for so long; what was begun is waited for and counted."""
    result, poll = Result(), select.epoll()
    connections: dict[int, Connection] = {}

    def watch(connection: Connection) -> None:
        connections[connection.socket.fileno()] = connection
        poll.register(connection.socket, select.EPOLLIN)

    cpu, started = time.process_time(), time.perf_counter()
    for _client in range(clients):
        connection = Connection(port)
        connection.ask(next(requests))
        watch(connection)
    stop, last = started + seconds, started + seconds + PATIENCE
    while connections and time.perf_counter() < last:
        for number, _event in poll.poll(1.0):
            connection = connections[number]
            data = _receive(connection)
            if not data:
                del connections[number]
                if connection.untouched and data is not None:
                    connection.again()
                    result.reconnects += 1
                    watch(connection)
                else:
                    result.errors["broken"] += 1
                continue
            result.received += len(data)
            if connection.take(data, keep_body=bool(marker)):
                now = time.perf_counter()
                _note(result, connection, now, expect, marker)
                if now < stop:
                    connection.ask(next(requests))
                else:
                    poll.unregister(number)
                    del connections[number]
                    connection.socket.close()
    result.errors["unanswered"] += len(connections)
    result.errors = +result.errors
    result.seconds = time.perf_counter() - started
    result.own_cpu = time.process_time() - cpu
    return result


def _receive(connection: Connection) -> bytes | None:
    try:
        return connection.socket.recv(_READ)
    except ConnectionError:
        return None


def _note(result: Result, connection: Connection, now: float, expect: str, marker: bytes) -> None:
    result.latencies.append(now - connection.asked)
    if connection.status.decode() != expect:
        result.errors[connection.status.decode()] += 1
    elif marker and marker not in connection.body:
        result.errors["another page"] += 1
    else:
        result.done += 1


def filled(templates: list[bytes], secret: str) -> Iterator[bytes]:
    """The requests one after the other, over and over, with their gaps filled in."""
    # Somewhere in 10.0.0.0/8, another place at each run: addresses that were used before have used
    # up their allowance.
    address = itertools.count(secrets.randbelow(1 << 22))
    signer = TimestampSigner(secret, salt="ask-started") if secret else None
    for template in itertools.cycle(templates):
        request = template
        if ADDRESS in request:
            number = next(address) % (1 << 24)
            request = request.replace(
                ADDRESS, b"10.%d.%d.%d" % (number >> 16, number >> 8 & 255, number & 255)
            )
        if KEY in request:
            key = secrets.token_hex(16).encode()
            assert signer is not None
            request = request.replace(KEY, key).replace(CLOCK, signer.sign(key))
        yield request


def main(read: Callable[[], str] = sys.stdin.read) -> None:
    """Do one job."""
    job = json.loads(read())
    requests = filled([text.encode() for text in job["requests"]], job.get("secret", ""))
    result = run(
        port=job["port"],
        clients=job["clients"],
        seconds=job["seconds"],
        expect=str(job["expect"]),
        marker=job.get("marker", "").encode(),
        requests=requests,
    )
    print(json.dumps(result.summary()))


if __name__ == "__main__":
    main()
