"""Several requests at the same moment: limits hold, codes and links count once, administrators do
not close each other out.
"""

import itertools
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access import P, Role
from app.accounts import queries, totp
from app.accounts.models import (
    ChangeEnd,
    PasskeyChallenge,
    PasskeyUse,
    PasswordToken,
    PendingChange,
    StaffSession,
    TokenPurpose,
    User,
)
from app.accounts.service import (
    applying,
    confirming,
    create_user,
    deputies,
    passkeys,
    passwords,
    people,
    second_factor,
    sessions,
    signing_in,
    waiting,
)
from app.accounts.vault import vault
from app.audit.models import AuditRecord
from app.extensions import db
from app.kernel import throttle
from app.kernel.clock import now, today
from app.kernel.db import reading
from app.kernel.errors import FieldError, Forbidden, NotFound, Refused, Stale, TooMany
from tests.factories.accounts import PASSWORD, csrf_of, make_user

SIGN_IN = "/can-bo/dang-nhap"
ROUNDS = 16


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
        recovery = second_factor.new_codes(user)
        db.session.commit()
        code = totp.code_at(vault().totp_secret(user.id, user.totp_seed), now())
        number = user.id

    def give(typed: str) -> bool:
        with app.app_context():
            second_factor.give(db.session.get_one(User, number), code=typed)
            db.session.commit()
            return True

    for typed in (code, *recovery):
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


class Race:
    """People who act at the same moment, each in a transaction of their own, many times over."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def __call__(
        self,
        make: Callable[[], Any],
        *acts: Callable[[Any], Any],
        check: Callable[[Any], Any] = lambda _made: None,
    ) -> list[Counter[Any]]:
        """For each round: what came of the acts (None, or the error), and what `check` finds."""
        found = []
        for _round in range(ROUNDS):
            with self.app.app_context():
                made = make()
                db.session.commit()

            def act(number: int, made: Any = made) -> None:
                with self.app.app_context():
                    acts[number](made)
                    db.session.commit()

            results = Counter(at_once(len(acts), act))
            with self.app.app_context():
                check(made)
            found.append(results)
        return found


@pytest.fixture
def race(app: Flask) -> Race:
    return Race(app)


def of(number: int) -> User:
    return db.session.get_one(User, number)


def administrators(count: int = 2) -> list[int]:
    """Open accounts of administrators, the only ones."""
    for user in queries.with_permission(P.USER_EDIT):
        user.is_active = False
    return [make_user(roles=(Role.ADMINISTRATOR,)).id for _number in range(count)]


def edit(number: int, actor: int, seen: str | None = None, **more: Any) -> list[Any]:
    user = of(number)
    values = {
        "full_name": user.full_name,
        "position": user.position,
        "unit_id": user.unit_id,
        "email": user.email,
        "roles": user.roles,
        **more,
    }
    return people.edit_user(user, **values, actor=of(actor), seen=seen)


ONE_WINS = {None: 1, Refused: 1}


@pytest.mark.parametrize(
    ("act", "slower"),
    [
        (lambda actor, other: people.disable(of(other), actor=of(actor)), Refused),
        # The slower one is no administrator any more.
        (lambda actor, other: edit(other, actor, roles={Role.OFFICER}), Forbidden),
    ],
    ids=["closing", "taking the role away"],
)
def test_two_administrators_do_not_close_each_other_out(
    race: Race, act: Callable[[int, int], Any], slower: type[Exception]
) -> None:
    def one_is_left(pair: list[int]) -> None:
        assert len(set(pair) & {user.id for user in queries.with_permission(P.USER_EDIT)}) == 1

    rounds = race(
        administrators,
        lambda pair: act(pair[0], pair[1]),
        lambda pair: act(pair[1], pair[0]),
        check=one_is_left,
    )
    assert rounds == [{None: 1, slower: 1}] * ROUNDS


def test_one_username_goes_to_one_account(race: Race) -> None:
    numbers = itertools.count()

    def make(name: str) -> None:
        create_user(username=name, full_name="A", email="a@anson.example")

    rounds = race(lambda: f"cung-ten-{next(numbers)}", make, make)
    assert rounds == [{None: 1, FieldError: 1}] * ROUNDS


def test_of_two_edits_from_one_page_the_second_is_told(race: Race) -> None:
    def page() -> tuple[int, int, str]:
        user = make_user()
        return user.id, administrators(1)[0], people.fingerprint(user)

    def write(words: str) -> Callable[[Any], Any]:
        return lambda made: edit(made[0], made[1], made[2], position=words)

    rounds = race(page, write("Văn thư"), write("Kế toán"))
    assert rounds == [{None: 1, Stale: 1}] * ROUNDS


def test_a_role_given_twice_is_given_once(race: Race) -> None:
    def give(made: tuple[int, int]) -> None:
        edit(*made, roles={Role.OFFICER, Role.HEAD})

    def take(made: tuple[int, int]) -> None:
        edit(*made, roles=())

    def nothing_doubled(made: tuple[int, int]) -> None:
        query = sa.select(sa.func.count()).where(
            AuditRecord.tag == "user:roles:changed", AuditRecord.about_id == made[0]
        )
        assert db.session.scalar(query) == 1

    for act in (give, take):
        rounds = race(
            lambda: (make_user().id, administrators(1)[0]), act, act, check=nothing_doubled
        )
        assert rounds == [{None: 2}] * ROUNDS


def test_a_second_factor_is_set_up_once(race: Race) -> None:
    def session() -> tuple[int, str]:
        user = make_user()
        sessions.start(user)
        row = queries.sessions_of(user)[0]
        secret = vault().totp_secret(user.id, second_factor.seed_in_waiting(row))
        return row.id, totp.code_at(secret, now())

    def set_up(made: tuple[int, str]) -> None:
        row = db.session.get_one(StaffSession, made[0])
        second_factor.set_up(row.user, session=row, code=made[1])

    def ten_codes(made: tuple[int, str]) -> None:
        assert queries.recovery_codes_left(db.session.get_one(StaffSession, made[0]).user) == 10

    assert race(session, set_up, set_up, check=ten_codes) == [ONE_WINS] * ROUNDS


def test_recovery_codes_stay_ten(race: Race) -> None:
    def person() -> int:
        user = make_user()
        user.totp_seed = totp.new_seed()
        return user.id

    def ten_codes(number: int) -> None:
        assert queries.recovery_codes_left(of(number)) == 10

    def replace(number: int) -> None:
        second_factor.replace_recovery_codes(of(number))

    assert race(person, replace, replace, check=ten_codes) == [{None: 2}] * ROUNDS


def test_one_link_is_open_at_a_time(race: Race) -> None:
    def one(number: int) -> None:
        query = sa.select(sa.func.count()).where(PasswordToken.user_id == number)
        assert db.session.scalar(query) == 1

    def ask(number: int) -> None:
        passwords.issue_link(of(number), TokenPurpose.RESET)

    assert race(lambda: make_user().id, ask, ask, check=one) == [{None: 2}] * ROUNDS


def leader_and_administrators() -> tuple[int, int, int]:
    first, second = administrators()
    return make_user(roles=(Role.APPROVER,)).id, first, second


def test_one_change_of_a_kind_waits(race: Race) -> None:
    def ask(asker: int, address: str) -> Callable[[Any], Any]:
        return lambda made: people.change_email(of(made[0]), address, actor=of(made[asker]))

    def one(made: tuple[int, int, int]) -> None:
        assert len(queries.waiting_changes(of(made[0]))) == 1

    for second in ("a@anson.example", "b@anson.example"):
        rounds = race(
            leader_and_administrators, ask(1, "a@anson.example"), ask(2, second), check=one
        )
        assert rounds == [{None: 2}] * ROUNDS


def test_a_waiting_change_is_settled_once(race: Race) -> None:
    def asked() -> tuple[int, int, int]:
        leader, first, second = leader_and_administrators()
        change = people.change_email(of(leader), "a@anson.example", actor=of(first))
        assert change is not None
        return leader, second, change.id

    def agree(made: tuple[int, int, int]) -> None:
        applying.confirm(db.session.get_one(PendingChange, made[2]), actor=of(made[1]))

    def stop(made: tuple[int, int, int]) -> None:
        waiting.cancel(db.session.get_one(PendingChange, made[2]), actor=of(made[0]))

    def record_and_row_agree(made: tuple[int, int, int]) -> None:
        end = db.session.get_one(PendingChange, made[2]).end
        assert (of(made[0]).email == "a@anson.example") == (end is ChangeEnd.CONFIRMED)

    for acts in ((agree, stop), (agree, agree), (stop, stop)):
        rounds = race(asked, *acts, check=record_and_row_agree)
        assert rounds == [ONE_WINS] * ROUNDS


def test_a_passkeys_challenge_is_redeemed_once(race: Race) -> None:
    numbers = itertools.count()

    def begun() -> str:
        token = f"challenge-{next(numbers)}"
        row = PasskeyChallenge(
            token_hash=vault().hash_token("passkey-challenge", token),
            use=PasskeyUse.SIGN_IN,
            expires_at=now() + passkeys.LIFE,
        )
        db.session.add(row)
        return token

    def redeem(token: str) -> None:
        passkeys.redeem(token, PasskeyUse.SIGN_IN, None)

    assert race(begun, redeem, redeem) == [{None: 1, FieldError: 1}] * ROUNDS


def test_one_deputy_for_one_day(race: Race) -> None:
    def cast() -> tuple[int, int, int]:
        return make_user(roles=(Role.APPROVER,)).id, make_user().id, make_user().id

    def name(which: int) -> Callable[[Any], Any]:
        return lambda made: deputies.name_deputy(
            of(made[0]), deputy=of(made[which]), starts_on=today(), ends_on=today()
        )

    assert race(cast, name(1), name(2)) == [{None: 1, FieldError: 1}] * ROUNDS


def test_a_deputy_is_withdrawn_once(race: Race) -> None:
    def named() -> tuple[int, int]:
        giver, deputy = make_user(roles=(Role.APPROVER,)), make_user()
        row = deputies.name_deputy(giver, deputy=deputy, starts_on=today(), ends_on=today())
        return giver.id, row.id

    def withdraw(made: tuple[int, int]) -> None:
        deputies.withdraw(of(made[0]), made[1])

    assert race(named, withdraw, withdraw) == [{None: 1, NotFound: 1}] * ROUNDS


def test_a_session_is_ended_once(race: Race) -> None:
    def started() -> tuple[int, int]:
        user = make_user()
        sessions.start(user)
        return user.id, queries.sessions_of(user)[0].id

    def end(made: tuple[int, int]) -> None:
        sessions.end_own(of(made[0]), made[1])

    assert race(started, end, end) == [{None: 1, NotFound: 1}] * ROUNDS


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
