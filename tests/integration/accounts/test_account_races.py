"""Several requests at the same moment: limits hold, codes and links count once, administrators do
not close each other out.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from app.access import Role
from app.accounts import queries, totp
from app.accounts.models import PasswordToken, TokenPurpose, User
from app.accounts.service import confirming, passwords, people, second_factor, signing_in
from app.accounts.vault import vault
from app.extensions import db
from app.kernel import throttle
from app.kernel.clock import now
from app.kernel.db import reading
from app.kernel.errors import FieldError, Refused, TooMany
from tests.factories.accounts import PASSWORD, csrf_of, make_user

SIGN_IN = "/can-bo/dang-nhap"


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """What `act` returned, or which error it raised, from so many threads that start together."""
    results: list[Any] = [None] * count
    barrier = threading.Barrier(count)

    def work(number: int) -> None:
        barrier.wait()
        try:
            results[number] = act(number)
        except Exception as error:  # noqa: BLE001  (the test looks at it)
            results[number] = type(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_tries_side_by_side_all_count(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        make_user("chuyenvien")
    checked: list[str] = []
    real = type(vault_of(app)).verify_password
    monkeypatch.setattr(
        type(vault_of(app)),
        "verify_password",
        lambda self, stored, password: checked.append(password) or real(self, stored, password),
    )
    clients = [app.test_client() for _ in range(16)]
    tokens = [csrf_of(client, SIGN_IN) for client in clients]

    def guess(number: int) -> int:
        data = {
            "username": "chuyenvien",
            "password": f"doan-thu-{number}",
            "csrf_token": tokens[number],
        }
        return clients[number].post(SIGN_IN, data=data).status_code

    statuses = Counter(at_once(16, guess))
    assert set(statuses) == {422, 429}
    assert len(checked) == statuses[422] <= 10


def vault_of(app: Flask) -> Any:
    with app.app_context():
        return vault()


def test_the_limit_holds_for_those_who_passed_the_first_look_together(ctx: Flask) -> None:
    user = make_user("chuyenvien")
    # Taken in side by side, none of them saw the others.
    attempt = signing_in.begin_attempt(username="chuyenvien", address="203.0.113.7")
    for _ in range(signing_in.FREE):
        late = throttle.note("sign-in:pair", attempt.pair)
    confirming.begin("password", user.id)
    for _ in range(10):
        throttle.note("confirm:password", vault().hash_token("confirm", str(user.id)))
    db.session.commit()
    with reading():
        with pytest.raises(TooMany) as caught:
            signing_in.verify(
                replace(attempt, number=late + 1), username="chuyenvien", password=PASSWORD
            )
        assert 0 < caught.value.retry_after <= 4
        with pytest.raises(TooMany):
            confirming.still_allowed("password", user.id)


@pytest.mark.parametrize("change", ["password", "closed"])
def test_what_changed_between_checking_and_writing_counts(ctx: Flask, change: str) -> None:
    user = make_user("chuyenvien")
    attempt = signing_in.begin_attempt(username="chuyenvien", address="203.0.113.7")
    db.session.commit()
    with reading():
        verified = signing_in.verify(attempt, username="chuyenvien", password=PASSWORD)
    assert verified is not None
    if change == "password":
        user.password_hash = vault().hash_password("mot-mat-khau-khac-nua")
    else:
        user.is_active = False
    db.session.flush()
    assert signing_in.succeed(attempt, verified) is None


def test_one_code_opens_one_of_many_requests(app: Flask) -> None:
    with app.app_context():
        user = make_user()
        user.totp_seed = totp.new_seed()
        recovery = second_factor._new_codes(user)
        db.session.commit()
        code = totp.code_at(vault().totp_secret(user.id, user.totp_seed), now())
        number = user.id

    def give(typed: str) -> bool:
        with app.app_context():
            second_factor.give(db.session.get_one(User, number), code=typed)
            db.session.commit()
            return True

    for typed in (code, recovery[0]):
        results = Counter(at_once(8, lambda _number, typed=typed: give(typed)))
        assert results == {True: 1, FieldError: 7}


def test_one_link_sets_one_password(app: Flask) -> None:
    with app.app_context():
        user = make_user()
        token = passwords.issue_link(user, TokenPurpose.RESET)
        db.session.commit()
        hashed = vault().hash_password("duong-lang-mua-gat")

    def use(_number: int) -> bool:
        with app.app_context():
            done = passwords.use_link(token, password_hash=hashed, address="") is not None
            db.session.commit()
            return done

    assert Counter(at_once(8, use)) == {True: 1, False: 7}


def test_a_link_that_died_meanwhile_sets_nothing(
    ctx: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user()
    token = passwords.issue_link(user, TokenPurpose.RESET)
    link = passwords.valid_link(token)
    assert link is not None
    link.used_at = now()
    db.session.flush()
    before = user.password_hash
    assert passwords.use_link(token, password_hash="x", address="") is None
    # Another request may use it up after this one looked.
    monkeypatch.setattr(
        passwords, "valid_link", lambda _token: db.session.get_one(PasswordToken, link.id)
    )
    assert passwords.use_link(token, password_hash="x", address="") is None
    assert user.password_hash == before


def test_two_administrators_do_not_close_each_other_out(app: Flask) -> None:
    with app.app_context():
        pair = [make_user(roles=(Role.ADMINISTRATOR,)).id for _ in range(2)]

    def close(number: int) -> str:
        with app.app_context():
            actor, other = (db.session.get_one(User, pair[index]) for index in (number, 1 - number))
            people.disable(other, actor=actor)
            db.session.commit()
            return "closed"

    assert Counter(at_once(2, close)) == {"closed": 1, Refused: 1}
    with app.app_context():
        assert sum(queries.by_id(number).is_active for number in pair) == 1


def test_nobody_waits_behind_a_slow_hash(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        user = make_user("chuyenvien")
        token = passwords.issue_link(user, TokenPurpose.RESET)
        db.session.commit()
    written: list[str] = []

    def somebody_else_writes(what: str) -> None:
        def write() -> None:
            with app.app_context():
                throttle.note("test", what)
                db.session.commit()
                written.append(what)

        thread = threading.Thread(target=write)
        thread.start()
        # Well below the time after which a writer gives up; when nobody holds the turn it takes no
        # time at all.
        thread.join(timeout=10)

    box = type(vault_of(app))
    real_verify, real_hash = box.verify_password, box.hash_password
    monkeypatch.setattr(
        box,
        "verify_password",
        lambda self, *args: somebody_else_writes("verify") or real_verify(self, *args),
    )
    monkeypatch.setattr(
        box,
        "hash_password",
        lambda self, *args: somebody_else_writes("hash") or real_hash(self, *args),
    )
    client, new = app.test_client(), "duong-lang-mua-gat"
    link = "/can-bo/dat-lai-mat-khau/" + token
    own = "/can-bo/tai-khoan/mat-khau"
    for address, form, expected in (
        (link, {"new_password": new, "repeat_password": new}, ["hash"]),
        (SIGN_IN, {"username": "chuyenvien", "password": new}, ["verify"]),
        (
            own,
            {"password": new, "new_password": PASSWORD, "repeat_password": PASSWORD},
            ["verify", "hash"],
        ),
    ):
        written.clear()
        response = client.post(address, data={**form, "csrf_token": csrf_of(client, address)})
        assert response.status_code == 302
        assert written == expected
