"""`flask users …` and the demo accounts."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.accounts import demo, queries
from app.accounts.models import User
from app.accounts.vault import vault
from app.extensions import db
from app.kernel.errors import Refused
from tests.factories.accounts import make_user, post

WHO = ["--username", "Quan.Tri", "--email", "quantri@anson.example", "--role", "administrator"]


def run(app: Flask, *arguments: str, typed: str = "") -> Any:
    return app.test_cli_runner().invoke(args=["users", *arguments], input=typed)


def user_named(app: Flask, username: str) -> User:
    with app.app_context():
        return queries.by_username(username)


def test_the_first_administrator_comes_in_by_a_link_that_works_once(
    app: Flask, client: FlaskClient
) -> None:
    result = run(app, "create", *WHO, "--name", "Hoàng Anh Tuấn", "--role", "officer")
    assert result.exit_code == 0, result.output
    address = result.output.strip().rsplit(" ", 1)[1]
    assert address.startswith("http://127.0.0.1:8000/can-bo/dat-lai-mat-khau/")
    path = address.removeprefix("http://127.0.0.1:8000")
    data = {"new_password": "duong-lang-mua-gat", "repeat_password": "duong-lang-mua-gat"}
    assert post(client, path, data).status_code == 302
    assert client.get(path).status_code == 410
    response = post(
        client, "/can-bo/dang-nhap", {"username": "quan.tri", "password": "duong-lang-mua-gat"}
    )
    assert response.location.startswith("/can-bo/xac-thuc/thiet-lap")
    user = user_named(app, "quan.tri")
    assert (user.full_name, user.roles) == ("Hoàng Anh Tuấn", {Role.ADMINISTRATOR, Role.OFFICER})


def test_an_initial_password_comes_by_standard_input_and_has_to_be_changed(
    app: Flask, client: FlaskClient
) -> None:
    result = run(
        app,
        "create",
        "--username",
        "van.thu",
        "--email",
        "a@anson.example",
        "--role",
        "officer",
        "--password-stdin",
        typed="duong-lang-mua-gat\n",
    )
    assert result.exit_code == 0, result.output
    assert "dat-lai-mat-khau" not in result.output
    assert "duong-lang" not in result.output
    assert (
        post(
            client, "/can-bo/dang-nhap", {"username": "van.thu", "password": "duong-lang-mua-gat"}
        ).status_code
        == 302
    )
    assert client.get("/can-bo/tai-khoan").location == "/can-bo/tai-khoan/mat-khau"


def test_an_invitation_goes_out_by_mail(app: Flask, heard: Any) -> None:
    result = run(app, "create", *WHO, "--invite")
    assert result.exit_code == 0, result.output
    assert "dat-lai-mat-khau" not in result.output
    assert heard.kinds == ["UserInvited"]


@pytest.mark.parametrize(
    ("arguments", "typed", "words"),
    [
        (["create", "--username", "moi", "--email", "a@anson.example"], "", "chỉ gồm chữ thường"),
        (["create", "--username", "ai", "--email", "khong-phai"], "", "Thư điện tử chưa đúng."),
        (
            ["create", "--username", "ai", "--email", "a@anson.example", "--password-stdin"],
            "ngan\n",
            "ít nhất 10",
        ),
        (
            [
                "create",
                "--username",
                "ai",
                "--email",
                "a@anson.example",
                "--password-stdin",
                "--invite",
            ],
            "",
            "exclude",
        ),
        (
            ["create", "--username", "ai", "--email", "a@anson.example", "--role", "emperor"],
            "",
            "emperor",
        ),
        (["link", "--username", "ai"], "", "Không có tài khoản tên ai."),
        (["reset-second-factor", "--username", "ai"], "", "Không có tài khoản tên ai."),
    ],
)
def test_mistakes_make_nothing(app: Flask, arguments: list[str], typed: str, words: str) -> None:
    result = run(app, *arguments, typed=typed)
    assert result.exit_code != 0
    assert words in result.output
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 0


def test_everybody_is_listed(app: Flask) -> None:
    with app.app_context():
        make_user("b-nguoi", full_name="Bùi B", roles=(Role.OFFICER, Role.HEAD))
        make_user("a-nguoi", full_name="An A").is_active = False
        db.session.commit()
    lines = run(app, "list").output.splitlines()
    assert lines == [
        "a-nguoi\tAn A\tChuyên viên\tđã khóa",
        "b-nguoi\tBùi B\tTrưởng đơn vị, Chuyên viên",
    ]


def test_the_way_back_in_when_nobody_can_sign_in(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        user = make_user("quan-tri", roles=(Role.ADMINISTRATOR,))
        user.totp_seed = "0" * 32
        db.session.commit()
    assert run(app, "reset-second-factor", "--username", "quan-tri").exit_code == 0
    assert user_named(app, "quan-tri").totp_seed is None
    path = (
        run(app, "link", "--username", "quan-tri")
        .output.strip()
        .removeprefix("http://127.0.0.1:8000")
    )
    assert "Đặt lại mật khẩu" in client.get(path).get_data(as_text=True)


def test_eight_demo_accounts_are_made_once(make_app: Any, database_url: str, app: Flask) -> None:
    other = make_app(database_url=database_url, demo=True)
    with other.app_context():
        assert len(demo.load({})) == 8
        assert demo.load({}) == []
        db.session.commit()
        names = {user.username for user in queries.all_users()}
        assert names == {
            "tiepnhan",
            "chuyenvien.kt",
            "chuyenvien.vhxh",
            "lanhdao",
            "bientap",
            "congtacvien",
            "quantri",
            "kiemtra",
        }
        assert all(
            user.is_demo and vault().verify_password(user.password_hash, demo.PASSWORD)
            for user in queries.all_users()
        )
    client = other.test_client()
    response = post(
        client, "/can-bo/dang-nhap", {"username": "quantri", "password": "demo-An-Son-2026"}
    )
    assert response.location == "/can-bo/"


def test_demo_accounts_are_refused_elsewhere(ctx: Flask) -> None:
    with pytest.raises(Refused):
        demo.load({})


def test_demo_accounts_belong_to_the_first_unit_that_exists(
    make_app: Any, database_url: str, app: Flask
) -> None:
    from tests.factories.organisation import make_unit

    other = make_app(database_url=database_url, demo=True)
    with other.app_context():
        units = {code: make_unit(code=code).id for code in ("KTHT", "VP")}
        by_name = {user.username: user.unit_id for user in demo.load(units)}
        db.session.rollback()
    assert by_name["chuyenvien.kt"] == units["KTHT"]
    assert by_name["tiepnhan"] == units["VP"]
    assert by_name["chuyenvien.vhxh"] is None
