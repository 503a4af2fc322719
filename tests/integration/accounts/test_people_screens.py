"""Administering people: the list, new accounts, roles, closing, and who may do none of it."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access import P, Role, system_pages
from app.accounts import queries
from app.accounts.models import TokenPurpose, User
from app.accounts.service import passwords as password_service
from app.accounts.service import people
from app.extensions import db
from app.kernel import links
from app.kernel.errors import FieldError, Forbidden, NotFound, Refused
from tests.factories.accounts import csrf_of, make_staff, make_user, post
from tests.factories.organisation import make_unit

LIST = "/can-bo/he-thong/nguoi-dung"
DETAILS = {
    "full_name": "Nguyễn Thị Đào",
    "email": "dao@anson.example",
    "position": "Chuyên viên",
    "roles": ["officer"],
}


def names(client: Any, query: str = "") -> list[str]:
    import re

    page = client.get(LIST + query).get_data(as_text=True)
    return (
        re.findall(r'href="/can-bo/he-thong/nguoi-dung/([a-z0-9.-]+)"', page.split("<table")[1])
        if "<table" in page
        else []
    )


@pytest.fixture
def staff(app: Flask) -> Any:
    client, _administrator = make_staff(
        app, Role.ADMINISTRATOR, username="quan-tri", full_name="Quản Trị Viên"
    )
    with app.app_context():
        unit = make_unit(code="KT", name="Phòng Kinh tế")
        make_user("dao", full_name="Nguyễn Thị Đào", unit=unit)
        make_user(
            "hung",
            full_name="Trần Mạnh Hùng",
            roles=(Role.APPROVER, Role.PUBLISHER),
            position="Phó Chủ tịch",
        )
        make_user("cu", full_name="Người Đã Nghỉ").is_active = False
        make_user("moi-den", full_name="Vừa Được Mời", password=None)
        db.session.commit()
        unit_id = unit.id
    return client, unit_id


def test_the_list_is_in_the_order_of_names(staff: Any) -> None:
    client, _unit_id = staff
    assert names(client) == ["cu", "dao", "quan-tri", "hung", "moi-den"]
    page = client.get(LIST).get_data(as_text=True)
    for words in (
        "Đã khóa",
        "Chờ nhận lời mời",
        "Đang hoạt động",
        "Phòng Kinh tế",
        "Lãnh đạo duyệt",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?tim=dao", ["dao"]),
        ("?tim=Đào+Thị", ["dao"]),
        ("?tim=pho+chu+tich", ["hung"]),
        ("?tim=khong-co", []),
        ("?tim=%25", ["cu", "dao", "quan-tri", "hung", "moi-den"]),
        ("?vai_tro=publisher", ["hung"]),
        ("?trang_thai=khoa", ["cu"]),
        ("?trang_thai=mo&vai_tro=officer", ["dao", "moi-den"]),
        (
            "?vai_tro=nonsense&trang_thai=nonsense&don_vi=x",
            ["cu", "dao", "quan-tri", "hung", "moi-den"],
        ),
    ],
)
def test_filters_narrow_the_list(staff: Any, query: str, found: list[str]) -> None:
    client, _unit_id = staff
    assert names(client, query) == found


def test_the_unit_narrows_it_too(staff: Any) -> None:
    client, unit_id = staff
    assert names(client, f"?don_vi={unit_id}") == ["dao"]


def test_long_lists_come_in_pages(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 3)
    client, _administrator = make_staff(
        app, Role.ADMINISTRATOR, username="zz-quan-tri", full_name="ZZ"
    )
    with app.app_context():
        for number in range(4):
            make_user(f"nguoi-{number}", full_name=f"Người {number}")
    assert names(client) == ["nguoi-0", "nguoi-1", "nguoi-2"]
    page = client.get(LIST + "?trang_thai=mo").get_data(as_text=True)
    following = (
        page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    )
    assert "trang_thai=mo" in following
    second = client.get(following).get_data(as_text=True)
    assert "nguoi-3" in second
    assert "zz-quan-tri" in second
    back = second.split('rel="prev"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "nguoi-0" in client.get(back).get_data(as_text=True)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_get_in(app: Flask, role: Role) -> None:
    client, user = make_staff(app, role)
    with app.app_context():
        make_user("nan-nhan")
    assert client.get(LIST).status_code == 403
    assert client.get(LIST + "/moi").status_code == 403
    assert client.get(f"{LIST}/{user.username}").status_code == 403
    token = csrf_of(client, "/can-bo/tai-khoan")
    for action in (
        "",
        "/khoa",
        "/mo-khoa",
        "/ket-thuc-phien",
        "/dat-lai-xac-thuc",
        "/gui-lien-ket",
    ):
        assert (
            client.post(
                f"{LIST}/nan-nhan{action}", data={**DETAILS, "csrf_token": token}
            ).status_code
            == 403
        )
    with app.app_context():
        assert queries.by_username("nan-nhan").is_active


def test_the_screen_is_listed_for_those_who_may_open_it(ctx: Flask) -> None:
    assert LIST in [page.url for page in system_pages.pages(make_user(roles=(Role.ADMINISTRATOR,)))]
    assert LIST not in [page.url for page in system_pages.pages(make_user(roles=(Role.AUDITOR,)))]


def test_a_new_account_is_invited(app: Flask, staff: Any, heard: Any) -> None:
    client, unit_id = staff
    page = client.get(LIST + "/moi").get_data(as_text=True)
    assert "Bắt buộc xác thực hai lớp." in page
    response = post(
        client,
        LIST + "/moi",
        {
            **DETAILS,
            "username": "Nguyen.Thi.Dao",
            "unit": str(unit_id),
            "roles": ["officer", "head"],
        },
    )
    assert (response.status_code, response.location) == (302, LIST + "/nguyen.thi.dao")
    assert heard.kinds == ["UserInvited"]
    with app.app_context():
        user = queries.by_username("nguyen.thi.dao")
        assert user.roles == {Role.OFFICER, Role.HEAD}
        assert (user.unit_id, user.password_hash, user.is_demo) == (unit_id, None, False)
        link = password_service.valid_link(heard[0].token)
        assert link is not None
        assert link.purpose is TokenPurpose.INVITE
    assert "72 giờ" in client.get(response.location).get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"username": "dao"}, "đã có người dùng"),
        ({"username": "Đào"}, "đã có người dùng"),
        ({"username": "moi"}, "chỉ gồm chữ thường"),
        ({"username": "a b"}, "chỉ gồm chữ thường"),
        ({"username": "../x"}, "chỉ gồm chữ thường"),
        ({"username": ""}, "Hãy nhập tên đăng nhập."),
        ({"email": "khong-phai"}, "Thư điện tử chưa đúng."),
        ({"email": "a@b.example\r\nBcc: x@y.example"}, "Thư điện tử chưa đúng."),
        ({"email": ""}, "Hãy nhập thư điện tử."),
        ({"full_name": "  "}, "Hãy nhập họ và tên."),
        ({"full_name": "x" * 121}, "dài nhất 120"),
        ({"roles": ["emperor"]}, "Hãy chọn một mục trong danh sách."),
        ({"unit": "999999"}, "Hãy chọn một mục trong danh sách."),
    ],
)
def test_mistakes_are_said_beside_the_field(
    app: Flask, staff: Any, heard: Any, change: dict[str, Any], words: str
) -> None:
    client, _unit_id = staff
    response = post(client, LIST + "/moi", {**DETAILS, "username": "nguoi.thu.nam", **change})
    assert response.status_code == 422
    assert words in response.get_data(as_text=True)
    assert not heard
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(User)) == 5


def test_editing_keeps_what_was_typed_and_finds_it_again(
    app: Flask, staff: Any, heard: Any
) -> None:
    client, _unit_id = staff
    response = post(
        client,
        LIST + "/dao",
        {
            "full_name": "Nguyễn Thị Mơ",
            "email": "mo@anson.example",
            "position": "Văn thư",
            "roles": ["moderator"],
        },
    )
    assert response.status_code == 302
    assert heard.kinds == ["EmailChanged", "RolesChanged"]
    assert names(client, "?tim=mo+van+thu") == ["dao"]
    with app.app_context():
        user = queries.by_username("dao")
        assert (user.full_name, user.email, user.unit_id, user.roles) == (
            "Nguyễn Thị Mơ",
            "mo@anson.example",
            None,
            {Role.MODERATOR},
        )
        tags = set(
            db.session.scalars(sa.text(f"SELECT tag FROM audit_record WHERE about_id = {user.id}"))
        )
        assert {"user:changed", "user:email:changed", "user:roles:changed"} <= tags


def test_the_form_shows_what_is_kept(staff: Any) -> None:
    client, unit_id = staff
    page = client.get(LIST + "/dao").get_data(as_text=True)
    assert 'value="Nguyễn Thị Đào"' in page
    assert f'<option selected value="{unit_id}">' in page
    assert page.count("checked") == 1


def test_a_unit_that_is_gone_stays_with_its_people(app: Flask, staff: Any) -> None:
    client, unit_id = staff
    with app.app_context():
        db.session.execute(sa.text("UPDATE unit SET valid_to = '2020-01-01'"))
        db.session.commit()
    assert f'<option selected value="{unit_id}">' in client.get(LIST + "/dao").get_data(
        as_text=True
    )
    assert post(client, LIST + "/dao", {**DETAILS, "unit": str(unit_id)}).status_code == 302
    with app.app_context():
        assert queries.by_username("dao").unit_id == unit_id


def test_a_bad_edit_changes_nothing(app: Flask, staff: Any) -> None:
    client, _unit_id = staff
    assert post(client, LIST + "/dao", {**DETAILS, "full_name": ""}).status_code == 422
    assert (
        post(client, LIST + "/dao", {**DETAILS, "email": "x", "roles": ["head"]}).status_code == 422
    )
    with app.app_context():
        assert queries.by_username("dao").roles == {Role.OFFICER}


def test_an_account_that_is_not_there_is_a_404(staff: Any) -> None:
    client, _unit_id = staff
    assert client.get(LIST + "/khong-co-ai").status_code == 404
    assert post(client, LIST + "/khong-co-ai/khoa", form_at=LIST + "/moi").status_code == 404


def test_nobody_changes_their_own_roles_or_address_or_closes_their_own_account(
    app: Flask, staff: Any
) -> None:
    client, _unit_id = staff
    page = client.get(LIST + "/quan-tri").get_data(as_text=True)
    assert 'name="roles"' not in page
    assert 'name="email"' not in page
    assert "Khóa tài khoản" not in page
    sent = {
        "full_name": "Tên Khác",
        "email": "ke-trom@anson.example",
        "roles": ["approver", "administrator"],
    }
    assert post(client, LIST + "/quan-tri", sent).status_code == 302
    assert post(client, LIST + "/quan-tri/khoa", form_at=LIST + "/moi").status_code == 403
    assert (
        post(client, LIST + "/quan-tri/dat-lai-xac-thuc", form_at=LIST + "/moi").status_code == 403
    )
    with app.app_context():
        user = queries.by_username("quan-tri")
        assert (user.full_name, user.email, user.roles, user.is_active) == (
            "Tên Khác",
            "quan-tri@anson.example",
            {Role.ADMINISTRATOR},
            True,
        )


def test_the_last_administrator_stays(ctx: Flask) -> None:
    last = make_user(roles=(Role.ADMINISTRATOR, Role.OFFICER))
    gone = make_user(roles=(Role.ADMINISTRATOR,))
    details = {"full_name": "A", "position": "", "unit_id": None, "email": "a@anson.example"}
    gone.is_active = False
    db.session.flush()
    with pytest.raises(Refused):
        people.disable(last, actor=gone)
    with pytest.raises(Refused):
        people.edit_user(last, **details, roles={Role.OFFICER}, actor=gone)
    people.edit_user(last, **details, roles={Role.ADMINISTRATOR}, actor=gone)
    gone.is_active = True
    db.session.flush()
    people.disable(last, actor=gone)
    assert not last.is_active


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OFFICER])
def test_services_ask_who_acts(ctx: Flask, role: Role) -> None:
    actor = make_user(roles=(role,))
    other = actor if role is Role.ADMINISTRATOR else make_user()
    details = {"full_name": "A", "position": "", "unit_id": None, "email": "a@anson.example"}
    for act in (
        lambda: people.disable(other, actor=actor),
        lambda: people.enable(other, actor=actor),
        lambda: people.edit_user(other, **details, roles={Role.APPROVER}, actor=actor),
    ):
        with pytest.raises(Forbidden):
            act()


def test_closing_and_opening_an_account(app: Flask, staff: Any) -> None:
    client, _unit_id = staff
    page = LIST + "/dao"
    assert post(client, page + "/khoa", form_at=page).status_code == 302
    assert "đang bị khóa" in client.get(page).get_data(as_text=True)
    assert (
        post(
            app.test_client(),
            "/can-bo/dang-nhap",
            {"username": "dao", "password": "mat-khau-thu-nghiem-1"},
        ).status_code
        == 422
    )
    assert post(client, page + "/mo-khoa", form_at=page).status_code == 302
    assert (
        post(
            app.test_client(),
            "/can-bo/dang-nhap",
            {"username": "dao", "password": "mat-khau-thu-nghiem-1"},
        ).status_code
        == 302
    )


@pytest.mark.parametrize(
    ("username", "kind", "words"),
    [
        ("moi-den", "UserInvited", "Đã gửi lại thư mời."),
        ("dao", "PasswordResetAsked", "Đã gửi liên kết"),
    ],
)
def test_a_link_is_sent_again(staff: Any, heard: Any, username: str, kind: str, words: str) -> None:
    client, _unit_id = staff
    page = f"{LIST}/{username}"
    assert post(client, page + "/gui-lien-ket", form_at=page).status_code == 302
    assert words in client.get(page).get_data(as_text=True)
    assert heard.kinds == [kind]


def test_every_post_needs_the_token(app: Flask, staff: Any) -> None:
    client, _unit_id = staff
    checked = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in {"accounts", "own_account", "people"} and "POST" in (
            rule.methods or ()
        ):
            address = (
                str(rule)
                .replace("<username>", "dao")
                .replace("<token>", "x")
                .replace("<int:session_id>", "1")
                .replace("<int:delegation_id>", "1")
                .replace("<int:change_id>", "1")
                .replace("<int:passkey_id>", "1")
            )
            assert client.post(address, data=DETAILS).status_code == 419, rule
            checked += 1
    assert checked >= 20


def test_every_route_is_guarded_and_every_post_commits(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] not in {"accounts", "own_account", "people"}:
            continue
        view = app.view_functions[rule.endpoint]
        assert getattr(view, "permissions", None) or getattr(view, "open_to_anyone", False), rule
        assert getattr(view, "open_to_anyone", False) == (
            rule.endpoint.split(".")[0] == "accounts"
        ), rule
        assert getattr(view, "commits", False) == ("POST" in (rule.methods or ())), rule


def test_reading_people(ctx: Flask) -> None:
    unit, other_unit = make_unit(code="KT"), make_unit(code="VP")
    officer = make_user("b-chuyen-vien", unit=unit, full_name="Bùi B")
    head = make_user("a-truong-phong", unit=unit, roles=(Role.HEAD,), full_name="An A")
    make_user("c-khac", unit=other_unit)
    make_user("d-bien-tap", unit=unit, roles=(Role.EDITOR,))
    closed = make_user("e-nghi", unit=unit)
    closed.is_active = False
    db.session.flush()
    assert queries.officers_of(unit.id) == [head, officer]
    assert queries.with_permission(P.QUESTION_EXTEND) == [head]
    assert queries.by_id(officer.id) is officer
    assert queries.by_username("B-Chuyen-Vien") is officer
    assert queries.names_of([officer.id, closed.id, 10**9]) == {
        officer.id: "Bùi B",
        closed.id: closed.full_name,
    }
    assert queries.names_of([]) == {}
    for missing in (lambda: queries.by_id(10**9), lambda: queries.by_username("khong-co")):
        with pytest.raises(NotFound):
            missing()
    resolved = links.resolve(links.Ref("user", officer.id))
    assert resolved is not None
    assert (resolved.title, resolved.public_url, resolved.staff_url) == (
        "Bùi B",
        None,
        LIST + "/b-chuyen-vien",
    )
    assert links.resolve(links.Ref("user", 10**9)) is None


def test_a_username_is_refused_in_the_service_too(ctx: Flask) -> None:
    make_user("da-co")
    for username in ("da-co", "Đã-Có", "moi", "a@b", "", "x" * 64):
        with pytest.raises(FieldError):
            people.create_user(username=username, full_name="A", email="a@anson.example")


def test_a_name_is_needed_in_the_service_too(ctx: Flask) -> None:
    with pytest.raises(FieldError):
        people.create_user(username="ai-do", full_name=" ", email="a@anson.example")


def test_an_edit_that_changes_nothing_is_not_recorded(ctx: Flask) -> None:
    administrator, user = make_user(roles=(Role.ADMINISTRATOR,)), make_user(position="Chuyên viên")
    before = db.session.scalar(sa.text("SELECT count(*) FROM audit_record"))
    people.edit_user(
        user,
        full_name=user.full_name,
        position="Chuyên viên",
        unit_id=None,
        email=user.email,
        roles=user.roles,
        actor=administrator,
    )
    assert db.session.scalar(sa.text("SELECT count(*) FROM audit_record")) == before
