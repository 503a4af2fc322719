"""Units, topics, places, the agency: saving, ending, importing, finding."""

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from app.access.actors import SYSTEM
from app.audit.models import AuditRecord
from app.extensions import db
from app.kernel import events as bus
from app.kernel import links, publication
from app.kernel.clock import today
from app.kernel.errors import FieldError, NotFound, Refused
from app.organisation import queries, service
from app.organisation.events import UnitRetired
from app.organisation.models import AgencyLevel, AgencyProfile, Place, Topic, Unit, UnitKind
from tests.factories.organisation import make_agency, make_place, make_topic, make_unit
from tests.factories.statements import StatementCounter

YESTERDAY = today() - dt.timedelta(days=1)
TOMORROW = today() + dt.timedelta(days=1)

AGENCY = {"name": "UBND xã An Sơn", "level": AgencyLevel.COMMUNE, "tracking_prefix": "AS"}
UNIT = {"code": "KT", "name": "Phòng Kinh tế", "kind": UnitKind.DEPARTMENT}


def last_record(tag: str) -> AuditRecord:
    return db.session.scalars(
        sa.select(AuditRecord).where(AuditRecord.tag == tag).order_by(AuditRecord.id.desc())
    ).first()


# The agency


def test_before_anybody_filled_it_in_there_is_a_nameless_agency(ctx: Flask) -> None:
    assert queries.agency().name == "Cơ quan chưa đặt tên"
    assert queries.agency().tracking_prefix == "LN"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AgencyProfile)) == 0


def test_saving_the_agency_shows_at_once_and_is_recorded(ctx: Flask) -> None:
    before = publication.current()
    queries.agency()
    service.save_agency(
        actor=SYSTEM,
        **AGENCY,
        phone="0253 3555 000",
        former_names=["UBND  huyện An Sơn", "", "UBND xã An Sơn"],
    )
    assert queries.agency().name == "UBND xã An Sơn"
    assert queries.agency().former_names == ["UBND huyện An Sơn"]
    assert publication.current() == before + 1
    record = last_record("organisation:agency:saved")
    assert (record.about_kind, record.about_id) == ("agency", 1)
    assert record.data["changed"]["phone"] == "0253 3555 000"
    service.save_agency(
        actor=SYSTEM, **AGENCY, phone="0253 3555 001", former_names=["UBND huyện An Sơn"]
    )
    assert last_record("organisation:agency:saved").data["changed"] == {"phone": "0253 3555 001"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("code", "mã"),
        ("phone", "12"),
        ("fax", "12"),
        ("email", "vp@"),
        ("domain", "https://anson.example"),
        ("tracking_prefix", "as"),
    ],
)
def test_a_wrong_agency_names_the_field(ctx: Flask, field: str, value: str) -> None:
    with pytest.raises(FieldError) as wrong:
        service.save_agency(actor=SYSTEM, **{**AGENCY, field: value})
    assert wrong.value.field == field


def test_the_agency_is_read_once_per_context(ctx: Flask) -> None:
    make_agency()
    queries.agency()
    with StatementCounter(db.engine) as counter:
        assert [queries.agency().name for _ in range(3)] == ["UBND xã An Sơn"] * 3
    assert len(counter.statements) == 0


def test_after_a_rollback_the_agency_is_read_again(ctx: Flask) -> None:
    make_agency()
    service.save_agency(actor=SYSTEM, **{**AGENCY, "name": "Nhầm"})
    db.session.rollback()
    assert queries.agency().name == "UBND xã An Sơn"


def test_there_is_one_agency(ctx: Flask) -> None:
    db.session.add(AgencyProfile(id=2, **AGENCY))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


# Units


def test_a_new_unit_gets_an_address_that_stays(ctx: Flask) -> None:
    unit = service.save_unit(
        None, actor=SYSTEM, **UNIT, former_names=["Phòng Nông nghiệp", "Phòng Kinh tế"]
    )
    assert (unit.slug, unit.former_names) == ("phong-kinh-te", ["Phòng Nông nghiệp"])
    service.save_unit(unit, actor=SYSTEM, **{**UNIT, "name": "Phòng Kinh tế và Đô thị"})
    assert (unit.slug, unit.name) == ("phong-kinh-te", "Phòng Kinh tế và Đô thị")
    assert queries.unit_by_slug("phong-kinh-te") is unit
    assert queries.unit_by_code("KT") is unit
    assert last_record("organisation:unit:saved").about_id == unit.id


def test_equal_names_get_different_addresses(ctx: Flask) -> None:
    slugs = [
        service.save_unit(None, actor=SYSTEM, **{**UNIT, "code": code}).slug
        for code in ("K1", "K2", "K3")
    ]
    assert slugs == ["phong-kinh-te", "phong-kinh-te-2", "phong-kinh-te-3"]
    assert (
        service.save_unit(None, actor=SYSTEM, **{**UNIT, "code": "M", "name": "Mới"}).slug
        == "moi-2"
    )


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("code", "kinh tế"), ("phone", "abc"), ("email", "vp")]
)
def test_a_wrong_unit_names_the_field(ctx: Flask, field: str, value: str) -> None:
    with pytest.raises(FieldError) as wrong:
        service.save_unit(None, actor=SYSTEM, **{**UNIT, field: value})
    assert wrong.value.field == field


def test_a_code_belongs_to_one_unit(ctx: Flask) -> None:
    unit = service.save_unit(None, actor=SYSTEM, **UNIT)
    service.save_unit(unit, actor=SYSTEM, **UNIT)
    with pytest.raises(FieldError) as taken:
        service.save_unit(None, actor=SYSTEM, **{**UNIT, "name": "Khác"})
    assert taken.value.field == "code"


def test_a_unit_cannot_stand_below_itself(ctx: Flask) -> None:
    top, middle = make_unit(code="A"), make_unit(code="B")
    service.save_unit(middle, actor=SYSTEM, **{**UNIT, "code": "B", "parent_id": top.id})
    with pytest.raises(FieldError) as loop:
        service.save_unit(top, actor=SYSTEM, **{**UNIT, "code": "A", "parent_id": middle.id})
    assert loop.value.field == "parent_id"
    with pytest.raises(NotFound):
        service.save_unit(top, actor=SYSTEM, **{**UNIT, "code": "A", "parent_id": 999_999})


def test_units_are_listed_by_rank_and_by_day(ctx: Flask) -> None:
    office = make_unit("Văn phòng", sort=20)
    leaders = make_unit("Lãnh đạo UBND xã", sort=10)
    gone = make_unit("Phòng Nội vụ", sort=15, valid_to=YESTERDAY)
    coming = make_unit("Phòng Mới", sort=16, valid_from=TOMORROW)
    assert list(queries.active_units()) == [leaders, office]
    assert list(queries.active_units(YESTERDAY)) == [leaders, gone, office]
    assert list(queries.active_units(TOMORROW)) == [leaders, coming, office]
    assert list(queries.all_units()) == [leaders, gone, coming, office]


def test_missing_things_are_not_found(ctx: Flask) -> None:
    for look in (queries.unit, queries.topic, queries.place):
        with pytest.raises(NotFound):
            look(999_999)
    for find in (
        queries.unit_by_slug,
        queries.unit_by_code,
        queries.topic_by_slug,
        queries.place_by_slug,
    ):
        with pytest.raises(NotFound):
            find("khong-co")


def test_ending_a_unit_passes_its_topics_its_units_and_its_names_on(
    ctx: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[UnitRetired] = []
    monkeypatch.setitem(bus.LISTENERS, UnitRetired, [heard.append])
    old = make_unit("Phòng Tài nguyên và Môi trường", code="TNMT", former_names=["Phòng Địa chính"])
    new = make_unit("Phòng Kinh tế", code="KT")
    child = make_unit("Tổ đo đạc", parent_id=old.id)
    land, roads = make_topic("Đất đai", unit=old), make_topic("Giao thông", unit=new)
    service.retire_unit(old, actor=SYSTEM, last_day=YESTERDAY, successor_id=new.id)
    assert (old.valid_to, old.successor_id) == (YESTERDAY, new.id)
    assert new.former_names == ["Phòng Tài nguyên và Môi trường", "Phòng Địa chính"]
    db.session.expire_all()
    assert [land.default_unit_id, roads.default_unit_id, child.parent_id] == [new.id] * 3
    assert heard == [UnitRetired(old.id, new.id, YESTERDAY)]
    assert last_record("organisation:unit:retired").data["topics"] == [land.slug]
    assert queries.current_unit(old.id) is new
    assert queries.current_unit(old.id, YESTERDAY) is old


def test_work_follows_a_chain_of_successors(ctx: Flask) -> None:
    first, second, third = make_unit(), make_unit(), make_unit()
    service.retire_unit(first, actor=SYSTEM, last_day=YESTERDAY, successor_id=second.id)
    service.retire_unit(second, actor=SYSTEM, last_day=YESTERDAY, successor_id=third.id)
    assert queries.current_unit(first.id) is third
    alone = make_unit(valid_to=YESTERDAY)
    assert queries.current_unit(alone.id) is alone


def test_a_successor_that_stood_below_moves_up(ctx: Flask) -> None:
    top = make_unit()
    old = make_unit(parent_id=top.id)
    new = make_unit(parent_id=old.id)
    service.retire_unit(old, actor=SYSTEM, last_day=today(), successor_id=new.id)
    db.session.expire_all()
    assert new.parent_id == top.id


def test_what_a_unit_cannot_end_with(ctx: Flask) -> None:
    unit, other, gone = make_unit(valid_from=YESTERDAY), make_unit(), make_unit(valid_to=YESTERDAY)
    make_topic(unit=unit)

    def field_of(**values: object) -> str:
        with pytest.raises(FieldError) as wrong:
            service.retire_unit(
                unit, actor=SYSTEM, **{"last_day": today(), "successor_id": other.id, **values}
            )
        return wrong.value.field

    assert field_of(last_day=TOMORROW) == "last_day"
    assert field_of(last_day=YESTERDAY - dt.timedelta(days=1)) == "last_day"
    assert field_of(successor_id=None) == "successor_id"
    assert field_of(successor_id=unit.id) == "successor_id"
    assert field_of(successor_id=gone.id) == "successor_id"
    with pytest.raises(Refused):
        service.retire_unit(gone, actor=SYSTEM, last_day=today())
    with pytest.raises(Refused):
        service.restore_unit(unit, actor=SYSTEM)


def test_an_end_can_be_taken_back(ctx: Flask) -> None:
    unit = make_unit()
    service.retire_unit(unit, actor=SYSTEM, last_day=YESTERDAY)
    service.restore_unit(unit, actor=SYSTEM)
    assert (unit.valid_to, unit.successor_id) == (None, None)
    assert unit in queries.active_units()
    assert last_record("organisation:unit:restored").about_id == unit.id


def test_an_ended_unit_cannot_begin_after_its_end(ctx: Flask) -> None:
    unit = make_unit(valid_to=YESTERDAY)
    with pytest.raises(FieldError) as wrong:
        service.save_unit(unit, actor=SYSTEM, **UNIT, valid_from=today())
    assert wrong.value.field == "valid_from"


@pytest.mark.parametrize(
    "values",
    [
        {"valid_from": TOMORROW, "valid_to": YESTERDAY},
        {"name": ""},
        {"code": ""},
    ],
)
def test_the_database_refuses_a_unit_that_makes_no_sense(
    ctx: Flask, values: dict[str, object]
) -> None:
    row = {
        "code": "X",
        "slug": "x",
        "name": "X",
        "kind": UnitKind.OFFICE,
        "former_names": [],
        **values,
    }
    db.session.add(Unit(**row))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


def test_the_database_refuses_a_successor_without_an_end(ctx: Flask) -> None:
    unit, other = make_unit(), make_unit()
    unit.successor_id = other.id
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


# Topics and places


def test_a_topic_is_saved_with_its_unit_and_days(ctx: Flask) -> None:
    unit = make_unit()
    topic = service.save_topic(
        None,
        actor=SYSTEM,
        name="Giao thông, đường sá",
        answer_working_days=7,
        default_unit_id=unit.id,
    )
    assert (topic.slug, topic.answer_working_days) == ("giao-thong-duong-sa", 7)
    service.save_topic(topic, actor=SYSTEM, name="Giao thông", answer_working_days=5)
    assert (topic.slug, topic.name, topic.default_unit_id) == (
        "giao-thong-duong-sa",
        "Giao thông",
        None,
    )
    assert queries.topic_by_slug("giao-thong-duong-sa") is topic
    assert last_record("organisation:topic:saved").data["changed"] == {
        "name": "Giao thông",
        "default_unit_id": None,
        "answer_working_days": 5,
    }
    assert (
        service.save_topic(
            None, actor=SYSTEM, name="Đường", answer_working_days=5, slug="giao-thong"
        ).slug
        == "giao-thong"
    )


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": ""}),
        ("answer_working_days", {"answer_working_days": 0}),
        ("answer_working_days", {"answer_working_days": 61}),
        ("valid_to", {"valid_from": TOMORROW, "valid_to": YESTERDAY}),
    ],
)
def test_a_wrong_topic_names_the_field(ctx: Flask, field: str, values: dict[str, object]) -> None:
    with pytest.raises(FieldError) as wrong:
        service.save_topic(
            None, actor=SYSTEM, **{"name": "Đất đai", "answer_working_days": 10, **values}
        )
    assert wrong.value.field == field


def test_a_topic_needs_a_unit_that_exists(ctx: Flask) -> None:
    gone = make_unit(valid_to=YESTERDAY)
    with pytest.raises(FieldError) as wrong:
        service.save_topic(
            None, actor=SYSTEM, name="Đất đai", answer_working_days=10, default_unit_id=gone.id
        )
    assert wrong.value.field == "default_unit_id"


def test_only_topics_in_use_are_offered(ctx: Flask) -> None:
    second, first = make_topic("B", sort=20), make_topic("A", sort=10)
    old = make_topic("C", sort=15, valid_to=YESTERDAY)
    assert list(queries.active_topics()) == [first, second]
    assert list(queries.active_topics(YESTERDAY)) == [first, old, second]
    assert list(queries.all_topics()) == [first, old, second]


def test_the_database_keeps_days_in_range(ctx: Flask) -> None:
    db.session.add(Topic(slug="x", name="X", answer_working_days=61))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


def test_places(ctx: Flask) -> None:
    east = service.save_place(None, actor=SYSTEM, name="Thôn Đông", sort=20)
    west = service.save_place(None, actor=SYSTEM, name="Thôn Tây", sort=10)
    assert list(queries.active_places()) == [west, east]
    service.save_place(west, actor=SYSTEM, name="Thôn Tây", sort=10, active=False)
    assert list(queries.active_places()) == [east]
    assert list(queries.all_places()) == [west, east]
    assert queries.place_by_slug("thon-dong") is east
    assert queries.place(east.id) is east
    for name in ("Thôn Tây", " "):
        with pytest.raises(FieldError) as wrong:
            service.save_place(None, actor=SYSTEM, name=name)
        assert wrong.value.field == "name"
    assert last_record("organisation:place:saved").about_id == west.id


# Suggestions and references


def test_suggestions_come_from_topics_in_use_and_their_own_words(ctx: Flask) -> None:
    unit = make_unit()
    roads = make_topic(
        "Giao thông", unit=unit, slug="giao-thong"
    )  # no words of its own: the shipped ones
    own = make_topic("Cây xanh", unit=unit, keywords="cây đổ, tỉa cành")
    make_topic("Cũ", slug="moi-truong", valid_to=YESTERDAY)
    found = queries.suggest_topic("Đường nhiều ổ gà")
    assert [(one.topic_id, one.unit_id, one.words) for one in found] == [
        (roads.id, unit.id, ("Đường", "ổ gà"))
    ]
    assert [one.topic_id for one in queries.suggest_topic("xin tỉa cành")] == [own.id]
    assert queries.suggest_topic("mùi hôi trại heo") == []


def test_references_lead_to_the_screens(ctx: Flask) -> None:
    make_agency()
    unit, topic, place = make_unit("Phòng Kinh tế"), make_topic("Đất đai"), make_place("Thôn Đông")
    system = "/can-bo/he-thong"
    assert links.resolve(links.Ref("agency", 1)) == links.Resolved(
        "UBND xã An Sơn", "/", f"{system}/co-quan"
    )
    assert links.resolve(links.Ref("unit", unit.id)) == links.Resolved(
        "Phòng Kinh tế", None, f"{system}/don-vi/{unit.slug}"
    )
    assert links.resolve(links.Ref("topic", topic.id)) == links.Resolved(
        "Đất đai", None, f"{system}/linh-vuc/{topic.slug}"
    )
    assert links.resolve(links.Ref("place", place.id)) == links.Resolved(
        "Thôn Đông", None, f"{system}/dia-ban/{place.slug}"
    )
    for kind in ("unit", "topic", "place"):
        assert links.resolve(links.Ref(kind, 999_999)) is None


# Import

COMMUNE = [
    {"code": "VP", "name_vi": "Văn phòng HĐND và UBND xã", "kind": "office", "sort": "20"},
    {
        "code": "KT",
        "name_vi": "Phòng Kinh tế",
        "kind": "department",
        "sort": "30",
        "parent": "TTUB",
        "phone": "0253 3555 024",
    },
    {"code": "VHXH", "name_vi": "Phòng Văn hóa - Xã hội", "kind": "department", "sort": "31"},
    {"code": "TTUB", "name_vi": "Lãnh đạo UBND xã", "kind": "leaders", "sort": "10"},
    {"code": "YT", "name_vi": "Trạm Y tế xã", "kind": "public_unit", "sort": "50"},
    {"code": "CA", "name_vi": "Công an xã", "kind": "vertical", "sort": "60"},
]
TOPICS = [
    {
        "slug": slug,
        "name_vi": name,
        "name_en": name,
        "default_unit": code,
        "answer_working_days": days,
    }
    for slug, name, code, days in (
        ("dat-dai", "Đất đai", "TNMT", "10"),
        ("giao-thong", "Giao thông", "KTHT", "7"),
        ("giao-duc", "Giáo dục", "GDDT", "10"),
        ("y-te", "Y tế", "YT", "7"),
        ("an-ninh-trat-tu", "An ninh trật tự", "CA", "7"),
        ("can-bo", "Cán bộ", "NV", "10"),
        ("kinh-doanh", "Kinh doanh", "TCKH", "10"),
        ("boi-thuong", "Bồi thường", "QLDA", "10"),
    )
]


def test_importing_units_twice_changes_nothing(ctx: Flask) -> None:
    first = service.import_units(COMMUNE)
    assert first.created == [row["code"] for row in COMMUNE]
    again = service.import_units(COMMUNE)
    assert (again.created, again.updated, again.unchanged) == ([], [], first.created)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditRecord)) == 1
    economy = queries.unit_by_code("KT")
    assert (economy.parent_id, economy.slug, economy.phone) == (
        queries.unit_by_code("TTUB").id,
        "phong-kinh-te",
        "0253 3555 024",
    )


def test_importing_changes_what_the_rows_say_and_keeps_the_rest(ctx: Flask) -> None:
    service.import_units(COMMUNE)
    changed = [{**COMMUNE[1], "name_vi": "Phòng Kinh tế - Hạ tầng", "phone": ""}]
    assert service.import_units(changed).updated == ["KT"]
    economy = queries.unit_by_code("KT")
    assert (economy.name, economy.slug, economy.phone) == (
        "Phòng Kinh tế - Hạ tầng",
        "phong-kinh-te",
        "0253 3555 024",
    )


def test_topics_of_a_former_district_go_to_the_commune_s_units(ctx: Flask) -> None:
    service.import_units(COMMUNE)
    assert service.import_topics(TOPICS).created == [row["slug"] for row in TOPICS]
    codes = {unit.id: unit.code for unit in queries.all_units()}
    assert [codes[topic.default_unit_id] for topic in queries.all_topics()] == [
        "KT",
        "KT",
        "VHXH",
        "YT",
        "CA",
        "VP",
        "KT",
        "KT",
    ]
    assert "ổ gà" in queries.topic_by_slug("giao-thong").keywords
    queries.topic_by_slug("giao-thong").keywords = "đường"
    assert service.import_topics(TOPICS).unchanged == [row["slug"] for row in TOPICS]
    assert queries.topic_by_slug("giao-thong").keywords == "đường"


def test_in_a_district_the_units_themselves_answer(ctx: Flask) -> None:
    make_unit("Phòng Tài nguyên và Môi trường", code="TNMT")
    service.import_units(COMMUNE)
    service.import_topics(TOPICS[:1])
    assert queries.topic_by_slug("dat-dai").default_unit_id == queries.unit_by_code("TNMT").id


@pytest.mark.parametrize(
    "wrong",
    [{"code": "k t"}, {"name_vi": ""}, {"kind": "khác"}, {"sort": "x"}, {"parent": "KHONGCO"}],
)
def test_a_wrong_row_of_units_is_named(ctx: Flask, wrong: dict[str, str]) -> None:
    with pytest.raises(Refused, match="Dòng 2"):
        service.import_units([COMMUNE[0], {**COMMUNE[1], "parent": "", **wrong}])


@pytest.mark.parametrize(
    "wrong",
    [{"slug": ""}, {"name_vi": ""}, {"default_unit": "KHONGCO"}, {"answer_working_days": "61"}],
)
def test_a_wrong_row_of_topics_is_named(ctx: Flask, wrong: dict[str, str]) -> None:
    service.import_units(COMMUNE)
    with pytest.raises(Refused, match="Dòng 2"):
        service.import_topics([TOPICS[0], {**TOPICS[1], **wrong}])
    with pytest.raises(Refused, match="Dòng 1"):
        service.import_topics(
            [{key: value for key, value in TOPICS[0].items() if key != "answer_working_days"}]
        )


def test_factories_make_what_they_say(ctx: Flask) -> None:
    assert make_place().active
    assert isinstance(make_place("Thôn Bắc", active=False), Place)
    assert [place.name for place in queries.active_places()] != ["Thôn Bắc"]
