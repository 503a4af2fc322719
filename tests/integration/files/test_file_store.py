import datetime as dt
import errno
import os
import shutil

import pytest

from app.files import storage
from app.files.storage import LocalStorage, new_name
from app.kernel.clock import now
from app.kernel.errors import Busy
from tests.factories.storage import MemoryStorage


@pytest.fixture(params=["folder", "memory"])
def store(request, tmp_path):
    return LocalStorage(tmp_path / "uploads") if request.param == "folder" else MemoryStorage()


def test_what_is_put_in_comes_out(store, machines_clock):
    name = new_name()
    store.put(name, b"content".ljust(100_000))

    with store.open(name) as content:
        assert content.read() == b"content".ljust(100_000)
    assert [blob.name for blob in store.blobs()] == [name]
    assert abs(next(iter(store.blobs())).since - now()) < dt.timedelta(minutes=5)


def test_what_is_removed_is_gone_and_may_be_removed_again(store):
    name = new_name()
    store.put(name, b"x")
    store.remove(name)
    store.remove(name)

    with pytest.raises(FileNotFoundError):
        store.open(name)
    assert list(store.blobs()) == []


def test_an_empty_store_has_room_and_nothing_in_it(store):
    assert list(store.blobs()) == []
    assert store.has_room()


def test_contents_lie_in_folders_by_their_name_for_the_owner_alone(tmp_path):
    store, name = LocalStorage(tmp_path / "uploads"), new_name()
    store.put(name, b"x")

    path = tmp_path / "uploads" / name[:2] / name[2:4] / name
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [item for item in (tmp_path / "uploads").rglob("*") if item.is_file()] == [path]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a" * 31, "A" * 32, "", "a" * 32 + "/", "../" + "a" * 29]
)
def test_a_name_is_never_a_path(tmp_path, name):
    store = LocalStorage(tmp_path / "uploads")
    for action in (
        lambda: store.put(name, b"x"),
        lambda: store.open(name),
        lambda: store.remove(name),
    ):
        with pytest.raises(ValueError, match="blob"):
            action()


def test_the_content_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    steps = []
    real_sync, real_replace = os.fsync, storage.Path.replace
    monkeypatch.setattr(
        storage.os, "fsync", lambda descriptor: (steps.append("sync"), real_sync(descriptor))
    )
    monkeypatch.setattr(
        storage.Path,
        "replace",
        lambda self, target: (steps.append("rename"), real_replace(self, target)),
    )
    store = LocalStorage(tmp_path / "uploads")

    store.put("ab" * 16, b"x")

    assert steps == ["sync", "sync", "sync", "sync", "rename", "sync"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_full_disk_is_busy_and_leaves_nothing_behind(tmp_path, monkeypatch, number):
    store = LocalStorage(tmp_path / "uploads")

    def full(descriptor):
        raise OSError(number, "full")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(Busy):
        store.put(new_name(), b"x")
    assert not any(item.is_file() for item in (tmp_path / "uploads").rglob("*"))


def test_other_errors_of_the_disk_are_not_hidden(tmp_path, monkeypatch):
    def broken(descriptor):
        raise OSError(errno.EBADF, "broken")

    monkeypatch.setattr(storage.os, "fsync", broken)
    with pytest.raises(OSError, match="broken"):
        LocalStorage(tmp_path / "uploads").put(new_name(), b"x")


def test_what_an_interrupted_write_left_is_seen_and_removed(tmp_path):
    store, name = LocalStorage(tmp_path / "uploads"), new_name()
    store.put(name, b"x")
    path = tmp_path / "uploads" / name[:2] / name[2:4] / name
    path.rename(path.with_suffix(".part"))

    assert [blob.name for blob in store.blobs()] == [name]
    store.remove(name)
    assert list(store.blobs()) == []


def test_foreign_files_in_the_folder_are_left_alone(tmp_path):
    (tmp_path / "uploads" / "ab" / "cd").mkdir(parents=True)
    (tmp_path / "uploads" / "ab" / "cd" / "README").write_text("x")

    assert list(LocalStorage(tmp_path / "uploads").blobs()) == []


@pytest.mark.parametrize(
    ("free", "total", "room"), [(2, 100, True), (1, 100, False), (0.4, 10, False), (0.6, 10, True)]
)
def test_a_reserve_stays_free(tmp_path, monkeypatch, free, total, room):
    usage = shutil._ntuple_diskusage(int(total * 1024**3), 0, int(free * 1024**3))
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda place: usage)

    assert LocalStorage(tmp_path / "uploads").has_room() is room
