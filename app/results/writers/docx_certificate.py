"""Giấy chứng nhận lấy ý kiến as a Word document: A4 portrait, header of Decree 30/2020/NĐ-CP."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import IO, Any

from app.results import tabling
from app.results.writers.layout import (
    INDENT,
    PORTRAIT,
    Document,
    cell,
    heading,
    para,
    paragraphs,
    row,
    run,
    signature,
    table_end,
    table_start,
    title,
)

TITLE = "GIẤY CHỨNG NHẬN LẤY Ý KIẾN"
RECEIVERS = ("Lưu: VT, hồ sơ lấy ý kiến.",)
#: Of three columns, together the width between the margins: a hash fills two lines; of what
#: happened, the act needs most.
_HASHES, _EVENTS = (2400, 2100, 4571), (2000, 4471, 2600)
_SIZE = 24


def write(file: IO[bytes], content: Mapping[str, Any], *, sha256: str) -> None:
    """Write the whole document into `file`. `content` is Certificate.content."""
    with Document(file, PORTRAIT, f"{TITLE} – {content['title']}") as document:
        document.write(
            heading(
                PORTRAIT,
                parent=content["parent"],
                agency=content["agency"],
                number="",
                place=content["place"],
                day=content["day"],
            )
        )
        document.write(title(PORTRAIT, TITLE, f"về {content['title']}"))
        document.write_all(_texts(content))
        document.write(_part("II. Hồ sơ đã đăng"))
        document.write_all(_table(("Tài liệu", "Tệp", "Mã băm SHA-256"), _files(content), _HASHES))
        if content["versions"]:
            document.write(_part("III. Nội dung dự thảo theo từng phiên bản"))
            document.write_all(
                _table(("Phiên bản", "Công bố lúc", "Mã băm SHA-256"), _versions(content), _HASHES)
            )
        document.write(_part("IV. Những việc đã diễn ra"))
        document.write_all(_table(("Thời gian", "Việc", "Người thực hiện"), _log(content), _EVENTS))
        document.write(_part("V. Mã kiểm tra"))
        document.write_all(_proof(content, sha256))
        document.write(
            signature(
                PORTRAIT,
                authority=content["authority"],
                name=content["signer"],
                receivers=RECEIVERS,
            )
        )


def _line(text: str) -> str:
    return para(run(text), align="both", indent=INDENT, after=120)


def _hash(text: str) -> str:
    """Not stretched: what follows the colon fills a line of its own."""
    name, _colon, value = text.rpartition(": ")
    return para(run(f"{name}:"), indent=INDENT, keep_next=True) + para(
        run(value, size=_SIZE), indent=INDENT, after=120
    )


def _part(text: str) -> str:
    return para(run(text, bold=True), indent=INDENT, before=120, after=120, keep_next=True)


def _texts(content: Mapping[str, Any]) -> Iterator[str]:
    c = content["counts"]
    yield _line(
        f"{content['agency']} chứng nhận việc lấy ý kiến mã {content['code']} đã diễn ra như sau:"
    )
    yield _part("I. Thời gian và số liệu")
    numbers = count(1)
    yield _line(f"{next(numbers)}. Đăng công khai lúc {content['posted_at']}{_notice(content)}.")
    days = f"từ ngày {content['opens_on']} đến hết ngày {content['closes_on']}"
    yield _line(f"{next(numbers)}. Thời gian nhận góp ý: {days}{_extension(content)}.")
    if content["posting_place"]:
        yield _line(f"{next(numbers)}. Nơi niêm yết: {content['posting_place']}.")
    yield _line(
        f"{next(numbers)}. Trong thời hạn đã nhận {tabling.number(c['comments'])} góp ý của "
        f"{tabling.number(c['people'])} cơ quan, tổ chức,"
        f" cá nhân; ngoài thời hạn {tabling.number(c['late'])} góp ý. Đã công khai "
        f"{tabling.number(content['public'])} góp ý."
    )
    for label, counts, words in (
        ("Theo hình thức gửi", c["channels"], tabling.CHANNEL_WORDS),
        ("Theo đối tượng", c["senders"], tabling.SENDER_WORDS),
        ("Theo quan điểm", c["stances"], tabling.STANCE_WORDS),
    ):
        if found := tabling.listed(counts, words):
            yield _line(f"- {label}: {found}.")
    for meeting in content["meetings"]:
        present, agree, disagree = (
            tabling.number(meeting[key]) for key in ("present", "agree", "disagree")
        )
        where = f"ngày {tabling.vi_day(meeting['held_on'])} tại {meeting['place']}"
        yield _line(
            f"- Họp dân {where}: {present} người dự, đồng ý {agree}, không đồng ý {disagree}."
        )
    # A certificate says what is known: where nobody counted views, it does not speak of them.
    if content["views"] is not None:
        yield _line(f"{next(numbers)}. Lượt xem: {tabling.number(content['views'])}.")
    for table in content["tables"]:
        issued = (
            f"phát hành lần {table['number']} lúc {table['issued_at']}: "
            f"{tabling.number(table['rows'])} ý"
        )
        yield _line(f"{next(numbers)}. Bảng tổng hợp {issued}.")


def _notice(content: Mapping[str, Any]) -> str:
    return f", Thông báo số {content['notice_number']}" if content["notice_number"] else ""


def _extension(content: Mapping[str, Any]) -> str:
    if not content["first_closes_on"]:
        return ""
    return f" (gia hạn từ ngày {content['first_closes_on']}; lý do: {content['extension_reason']})"


def _files(content: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    return ((item["title"], item["name"], item["sha256"]) for item in content["dossier"])


def _versions(content: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    return (
        (f"Bản {item['number']}", item["published_at"], item["sha256"])
        for item in content["versions"]
    )


def _log(content: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    return ((item["at"], item["what"], item["actor"]) for item in content["events"])


def _table(
    names: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]
) -> Iterator[str]:
    yield table_start(widths, borders=True)
    yield row(
        *(
            cell(
                para(run(name, size=_SIZE, bold=True), align="center", after=40), width, middle=True
            )
            for name, width in zip(names, widths, strict=True)
        ),
        header=True,
    )
    for values in rows:
        yield row(
            *(
                cell(paragraphs(value, size=_SIZE), width)
                for value, width in zip(values, widths, strict=True)
            ),
            whole=True,
        )
    yield table_end()


def _proof(content: Mapping[str, Any], sha256: str) -> Iterator[str]:
    yield _hash(
        f"Góp ý trong hồ sơ ({tabling.number(content['comments']['n'])} góp ý, nguyên văn): "
        f"{content['comments']['sha256']}"
    )
    yield _hash(
        f"Nhật ký cuộc lấy ý kiến ({tabling.number(content['log']['n'])} dòng): "
        f"{content['log']['sha256']}"
    )
    for table in content["tables"]:
        yield _hash(f"Bảng tổng hợp phát hành lần {table['number']}: {table['sha256']}")
    yield _hash(f"Toàn bộ giấy chứng nhận này: {sha256}")
    yield _line(
        "Mã cuối cùng được ghi vào nhật ký kiểm tra có chuỗi băm của hệ thống. Mọi thay đổi về "
        "sau ở góp ý, hồ sơ, bảng tổng hợp"
        " hay nhật ký đều bị phát hiện khi đối chiếu."
    )
