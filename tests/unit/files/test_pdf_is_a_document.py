import contextlib
import io
import subprocess
import sys
import zlib
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files import pdf as pdf_files
from app.files import pdf_marks
from app.files.errors import FileRefused
from tests.factories.files import PDF_FILTERS, archive, object_stream, packed_pdf, pdf


def check(data):
    pdf_files.check(data, "don")


@pytest.mark.parametrize(
    "data",
    [
        pdf(),
        pdf(tail=b""),
        pdf(tail=b"\r\n\0\0 "),
        pdf(object_stream(b"5 0 << /Type /Page >>")),
        pdf(catalog=b"/OpenAction [3 0 R /Fit] /AcroForm 4 0 R /URI (https://example.vn)"),
        pdf(b"4 0 obj\n<< /BaseFont /ABCDEF+Times#20New#20Roman >>\nendobj"),
        # Chance letters inside compressed data are not a script.
        pdf(b"4 0 obj\n<< /Length 9 >>\nstream\n\x00/JS \xff/JS(\nendstream\nendobj"),
        # A later version appended by a signature.
        pdf() + b"4 0 obj\n<<>>\nendobj\n%%EOF\n",
    ],
)
def test_ordinary_documents_pass(data):
    check(data)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\nabc",
        pdf()[:-30],
        b"%PDF-",
        b"\n" + pdf(),
        b"<html>" + pdf(),
        b"GIF89a" + pdf(),
        b"%PDF-1.4 %%EO",
    ],
)
def test_what_does_not_begin_or_end_as_one_is_refused(data):
    with pytest.raises(FileRefused, match="tệp hỏng hoặc thiếu"):
        check(data)


@pytest.mark.parametrize(
    "tail", [b"<script>alert(1)</script>", b"\n<?php ?>", archive({"a": b"b"})]
)
def test_a_second_nature_behind_the_end_is_refused(tail):
    with pytest.raises(FileRefused, match="phần lạ"):
        check(pdf(tail=tail))


def test_an_archive_before_the_last_end_is_refused():
    with pytest.raises(FileRefused, match="phần lạ"):
        check(pdf(archive({"a": b"b"})))


def test_locked_documents_are_refused():
    with pytest.raises(FileRefused, match="bị khóa"):
        check(pdf() + b"trailer << /Encrypt 9 0 R >>\n%%EOF")


ACTIVE = [
    b"/S /JavaScript /JS (app.alert(1))",
    b"/JS (app.alert(1))",
    b"/S /Launch",
    b"/EmbeddedFile",
    b"/Names << /EmbeddedFiles 3 0 R >>",
    b"/RichMedia",
]


@pytest.mark.parametrize("mark", ACTIVE)
def test_what_acts_is_refused(mark):
    with pytest.raises(FileRefused, match="mã chạy"):
        check(pdf(catalog=mark))


@pytest.mark.parametrize("mark", ACTIVE)
def test_what_acts_is_found_in_object_streams(mark):
    with pytest.raises(FileRefused, match="mã chạy"):
        check(pdf(object_stream(b"5 0 << " + mark + b" >>")))


@pytest.mark.parametrize(
    "mark", [b"/J#61vaScript (x)", b"/S /#4a#61vaScript", b"/S /Launc#68", b"/J#53 (x)"]
)
def test_names_written_in_code_to_hide_are_refused(mark):
    with pytest.raises(FileRefused, match="mã chạy"):
        check(pdf(catalog=mark))


def test_what_acts_is_found_behind_a_pretended_stream():
    with pytest.raises(FileRefused, match="mã chạy"):
        check(pdf(b"% stream\n9 0 obj << /S /JavaScript >> endobj\n% endstream"))


def test_an_object_stream_that_unpacks_without_end_is_refused():
    bomb = object_stream(b"\0" * (21 * 1024 * 1024))
    assert len(bomb) < 100_000

    with pytest.raises(FileRefused, match="tệp hỏng"):
        check(pdf(bomb))


def test_many_object_streams_share_one_bound():
    bomb = object_stream(b"\0" * (6 * 1024 * 1024))
    four = b"".join(bomb.replace(b"7 0 obj", b"%d 0 obj" % number, 1) for number in range(7, 11))

    with pytest.raises(FileRefused, match="tệp hỏng"):
        check(pdf(four))
    check(pdf(bomb))


def test_an_object_stream_that_is_not_packed_is_read_as_it_is():
    with pytest.raises(FileRefused, match="mã chạy"):
        check(pdf(b"7 0 obj << /Type /ObjStm >>\nstream\n5 0 << /JS (x) >>\nendstream endobj"))


# Made and packed as programs do ------------------------------------------------------------------
SCRIPT = b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"
CHAINS = [
    *((name,) for name in PDF_FILTERS),
    (),
    ("ASCIIHexDecode", "FlateDecode"),
    ("ASCII85Decode", "RunLengthDecode", "LZWDecode"),
]


@pytest.mark.parametrize("filters", CHAINS, ids="+".join)
def test_a_script_is_found_however_its_objects_are_packed(filters):
    check(packed_pdf(*filters))
    with pytest.raises(FileRefused, match="mã chạy"):
        check(packed_pdf(*filters, catalog=SCRIPT))


def test_a_script_in_an_object_stream_that_hides_what_it_is():
    with pytest.raises(FileRefused, match="mã chạy"):
        check(packed_pdf("FlateDecode", catalog=SCRIPT, kind=b"/Obj#53tm"))


def test_a_script_that_the_table_of_contents_leaves_out():
    """A viewer that mends the file finds it."""
    whole = packed_pdf("FlateDecode")
    stray = object_stream(b"9 0 << /S /JavaScript /JS (x) >>")
    with pytest.raises(FileRefused, match="mã chạy"):
        check(whole.replace(b"startxref", stray + b"startxref"))


def made(change, **saving):
    """A PDF of one page, changed."""
    with pikepdf.new() as document:
        document.add_blank_page()
        change(document)
        target = io.BytesIO()
        document.save(target, **saving)
    return target.getvalue()


def action(**more):
    return pikepdf.Dictionary(Type=pikepdf.Name.Action, **more)


def script(document):
    return document.make_indirect(action(S=pikepdf.Name.JavaScript, JS=pikepdf.String("x")))


def on_opening(document):
    document.Root.OpenAction = script(document)


def on_turning_the_page(document):
    document.pages[0].AA = pikepdf.Dictionary(O=script(document))


def on_pressing(document):
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=script(document)
    )
    document.pages[0].Annots = pikepdf.Array([document.make_indirect(link)])


def by_name(document):
    names = pikepdf.Array([pikepdf.String("a"), script(document)])
    document.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=names))


def starts_a_program(document):
    document.Root.OpenAction = action(S=pikepdf.Name.Launch, F=pikepdf.String("a.exe"))


def after_another(document):
    document.Root.OpenAction = action(
        S=pikepdf.Name.GoTo, D=pikepdf.Array([document.pages[0].obj]), Next=script(document)
    )


def carries_a_file(document):
    document.attachments["a.txt"] = b"x"


def form_in_xml(document):
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=document.make_stream(b"<xdp/>"))


def plays_a_film(document):
    document.Root.OpenAction = action(S=pikepdf.Name.Rendition)


ACTING = [
    on_opening, on_turning_the_page, on_pressing, by_name, starts_a_program, after_another,
    carries_a_file, form_in_xml, plays_a_film,
]  # fmt: skip


@pytest.mark.parametrize("change", ACTING)
@pytest.mark.parametrize("packed", ["disable", "generate"])
def test_every_trigger_is_refused(change, packed):
    with pytest.raises(FileRefused, match="mã chạy"):
        check(made(change, object_stream_mode=pikepdf.ObjectStreamMode[packed]))


def test_an_ordinary_form_and_its_start_page_pass():
    def change(document):
        document.Root.OpenAction = pikepdf.Array([document.pages[0].obj, pikepdf.Name.Fit])
        field = pikepdf.Dictionary(FT=pikepdf.Name.Tx, T=pikepdf.String("Họ tên"), V=42)
        document.Root.AcroForm = pikepdf.Dictionary(Fields=[document.make_indirect(field)])
        document.Root.Count = document.make_indirect(7)
        document.docinfo["/Title"] = "Đơn đề nghị"

    check(made(change, linearize=True))


@pytest.mark.parametrize("user", ["", "secret"])
@pytest.mark.parametrize("level", [4, 6])
def test_every_password_locks(user, level):
    lock = pikepdf.Encryption(owner="owner", user=user, R=level)
    data = made(lambda document: None, encryption=lock)
    # Also where the mark in the file is written in code.
    for locked in (data, data.replace(b"/Encrypt ", b"/Encr#79pt ")):
        with pytest.raises(FileRefused, match="bị khóa"):
            check(locked)


@pytest.mark.parametrize("keep", [0.2, 0.4])
def test_the_first_half_of_a_file_is_broken(keep):
    whole = made(lambda document: None)
    with pytest.raises(FileRefused, match="tệp hỏng"):
        check(whole[: int(len(whole) * keep)] + b"\n%%EOF\n")


def test_a_file_without_a_page_is_broken():
    with pytest.raises(FileRefused, match="tệp hỏng"):
        check(b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj trailer << /Root 1 0 R >>\n%%EOF")


# The process that looks ------------------------------------------------------------------------
def test_a_process_that_is_stopped_refuses(monkeypatch, tmp_path):
    for text in ("import time; time.sleep(60)", "raise SystemExit(9)", "print('whole'); 1 / 0"):
        (tmp_path / "marks.py").write_text(text)
        monkeypatch.setattr(pdf_files, "_PROGRAM", tmp_path / "marks.py")
        monkeypatch.setattr(pdf_files, "_WALL_SECONDS", 1)
        with pytest.raises(FileRefused, match="tệp hỏng"):
            check(pdf())


def test_its_bounds_hold(tmp_path):
    program = (
        f"import sys; sys.path.insert(0, {str(Path(pdf_marks.__file__).parent)!r})\n"
        "import pdf_marks; pdf_marks.bind()\n"
    )
    for act in ("b'x' * 2_000_000_000", "print('x', file=open('a', 'w'), flush=True)"):
        ended = subprocess.run(
            [sys.executable, "-c", program + act],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode != 0, act


def test_a_stream_that_unpacks_without_end_stays_within_them():
    packer = zlib.compressobj(9)
    content = b"".join(packer.compress(b"\0" * 1_000_000) for _time in range(300))
    content += packer.flush()
    head = b"7 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n"
    with pytest.raises(FileRefused, match="tệp hỏng"):
        check(pdf(head % len(content) + content + b"\nendstream\nendobj\n"))


@given(st.binary(max_size=300))
def test_only_a_verdict_ever_comes(junk):
    for data in (
        junk,
        b"%PDF-" + junk + b"%%EOF",
        pdf(junk),
        pdf(b"/ObjStm stream\n" + junk + zlib.compress(junk) + b"endstream"),
        packed_pdf("FlateDecode", catalog=junk),
    ):
        assert pdf_marks.verdict(data) in {"whole", "locked", "active", "broken"}


def test_only_a_refusal_is_ever_raised():
    for junk in (b"<</A" * 5_000, b"(((", b"\xff" * 99):
        for data in (junk, b"%PDF-" + junk + b"%%EOF", pdf(junk), pdf(catalog=junk)):
            with contextlib.suppress(FileRefused):
                check(data)


@pytest.mark.parametrize(
    "piece",
    [b"/ObjStm stream\n", b"stream\nendstream ", b"endobj", b"/", b"#", b"%%EOF ", b"/a#61", b"\0"],
)
def test_megabytes_of_one_thing_are_read_once(piece):
    much = piece * (4_000_000 // len(piece))
    for data in (b"%PDF-" + much, pdf(much), pdf(object_stream(b"") + much)):
        with contextlib.suppress(FileRefused):
            check(data)
