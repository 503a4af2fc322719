"""What a backup's archive may hold: plain files and folders below the folder, nothing else."""

import io
import tarfile
from pathlib import Path

import pytest

from app.kernel.backup import _extract


def archive(*members: tarfile.TarInfo) -> tarfile.TarFile:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as made:
        for member in members:
            member.size = 4 if member.isreg() else 0
            made.addfile(member, io.BytesIO(b"nghe") if member.isreg() else None)
    target.seek(0)
    return tarfile.open(fileobj=target)


def named(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname, member.mode = kind, link, 0o4777
    return member


def test_files_and_folders_come_out_with_no_mode_of_their_own(tmp_path: Path) -> None:
    folder = named("uploads", tarfile.DIRTYPE)
    _extract(archive(folder, named("uploads/a"), named("sau/b")), tmp_path)
    assert (tmp_path / "uploads/a").read_bytes() == (tmp_path / "sau/b").read_bytes() == b"nghe"
    assert (tmp_path / "uploads/a").stat().st_mode & 0o7000 == 0


@pytest.mark.parametrize(
    "member",
    [
        named("../ngoai"),
        named("/ngoai"),
        named("a/../../ngoai"),
        named("lien-ket", tarfile.SYMTYPE, "/etc/passwd"),
        named("cung", tarfile.LNKTYPE, "/etc/passwd"),
        named("ong", tarfile.FIFOTYPE),
        named("thiet-bi", tarfile.CHRTYPE),
    ],
    ids=lambda member: member.name,
)
def test_nothing_else_is_taken_out(tmp_path: Path, member: tarfile.TarInfo) -> None:
    inside = tmp_path / "trong"
    inside.mkdir()
    with pytest.raises(tarfile.TarError):
        _extract(archive(member), inside)
    assert list(tmp_path.rglob("*")) == [inside]
