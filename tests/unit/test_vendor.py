"""What is served as it stands: vendored files are what VENDOR.toml says, nothing of GOV.UK's brand,
nothing inline in a template.
"""

import gzip
import hashlib
import re
import tomllib
from pathlib import Path

import brotli
import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "app" / "static"
VENDOR = STATIC / "vendor"
COMPRESSED = {".br", ".gz"}
PACKAGES = tomllib.loads((VENDOR / "VENDOR.toml").read_text("utf-8"))["package"]
FILES = {file["path"]: file["sha256"] for package in PACKAGES for file in package["file"]}
#: Pages only: a mail has no Content-Security-Policy and may need its own styles.
TEMPLATES = [
    path
    for path in sorted((ROOT / "app").glob("**/templates/**/*.html"))
    if "email" not in path.parts
]

COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
INLINE = {
    "a script without src": re.compile(
        r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/ld\+json\")", re.IGNORECASE
    ),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"[\s\"']style\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]{3,}\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "an address of another host": re.compile(
        r"(?:src|<link[^>]*href|@import)\s*=\s*[\"']?(?:https?:)?//", re.IGNORECASE
    ),
}


@pytest.mark.parametrize("name", sorted(FILES))
def test_vendored_file_has_its_checksum(name: str) -> None:
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == FILES[name]


def test_every_vendored_file_is_listed() -> None:
    present = {
        path.relative_to(VENDOR).as_posix()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDOR.toml" and path.suffix not in COMPRESSED
    }
    assert present == set(FILES)


def test_compressed_twin_is_the_same_file() -> None:
    for path in STATIC.rglob("*"):
        if path.suffix == ".br":
            assert brotli.decompress(path.read_bytes()) == path.with_suffix("").read_bytes(), path
        elif path.suffix == ".gz":
            assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes(), path


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_package_says_what_it_is(package: dict[str, str]) -> None:
    assert package["version"]
    assert package["licence"]
    assert "//" not in package["source"], "a package name, never an address"
    if package["version"] != "-":
        assert (ROOT / package["licence_file"]).read_text("utf-8").strip()


def test_no_registry_address_in_the_lock_file() -> None:
    lock = (ROOT / "frontend" / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert "registry" not in lock.lower()


def test_nothing_of_the_british_brand() -> None:
    for path in STATIC.rglob("*"):
        if path.is_file() and path.suffix not in COMPRESSED | {".woff2"}:
            text = (path.name + "\n" + path.read_text("utf-8")).lower()
            for word in ("gds transport", "gds-transport", "crest", "crown"):
                assert word not in text, f"{word} in {path.relative_to(ROOT)}"


def test_style_sheet_needs_nothing_from_elsewhere() -> None:
    css = (VENDOR / "app.css").read_text("utf-8")
    assert "data:" not in css
    assert "http:" not in css
    assert "https:" not in css
    for address in re.findall(r"url\(\"?([^\")]+)\"?\)", css):
        assert (VENDOR / address).is_file(), address


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "app").as_posix()
)
def test_template_has_nothing_inline(path: Path) -> None:
    text = COMMENT.sub("", path.read_text("utf-8"))
    for what, pattern in INLINE.items():
        found = pattern.search(text)
        assert found is None, f"{what}: {text[max(0, found.start() - 20) : found.end() + 40]!r}"


def test_assets_named_in_templates_exist() -> None:
    for path in TEMPLATES:
        for name in re.findall(r"asset\(\s*['\"]([^'\"]+)['\"]\s*\)", path.read_text("utf-8")):
            assert (STATIC / name).is_file(), f"{name} in {path.relative_to(ROOT)}"
