"""The bill of materials names all that a release installs or hands to browsers, and no more."""

import re
from pathlib import Path

from scripts.sbom import bill, pins

ROOT = Path(__file__).resolve().parents[2]
BILL = bill()
COMPONENTS = {component["bom-ref"]: component for component in BILL["components"]}


def test_every_pinned_package_is_listed_with_its_hashes() -> None:
    text = (ROOT / "requirements.txt").read_text()
    names = re.findall(r"^([a-z0-9._-]+)(?:\[.*\])?==(\S+)", text, re.MULTILINE)
    assert len(names) > 40
    for name, version in names:
        component = COMPONENTS[f"pkg:pypi/{name}@{version}"]
        assert component["scope"] == "required"
        assert any(each["name"] == "pip:sha256" for each in component["properties"])
    assert text.count("--hash=sha256:") == sum(
        each["name"] == "pip:sha256"
        for component in COMPONENTS.values()
        if component["scope"] == "required"
        for each in component.get("properties", ())
    )


def test_what_is_vendored_for_browsers_is_listed() -> None:
    assert {ref.split("@5")[0].split("@2")[0] for ref in COMPONENTS if "npm" in ref} >= {
        "pkg:npm/%40fontsource-variable/source-sans-3",
    }
    assert "pkg:npm/lang-nghe@-" not in COMPONENTS


def test_tools_of_development_are_not() -> None:
    assert not [ref for ref in COMPONENTS if ref.startswith(("pkg:pypi/pytest", "pkg:pypi/ruff"))]


def test_every_component_is_wanted_by_another_or_by_the_product() -> None:
    edges = BILL["dependencies"]
    product = BILL["metadata"]["component"]["bom-ref"]
    assert {edge["ref"] for edge in edges} <= {*COMPONENTS, product}
    assert {ref for edge in edges for ref in edge["dependsOn"]} == set(COMPONENTS)


def test_the_same_tree_gives_the_same_bill() -> None:
    assert bill() == BILL
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", BILL["serialNumber"])


def test_a_lock_file_is_read_as_uv_writes_it() -> None:
    text = """async-timeout==5.0.1 ; python_full_version < '3.11.3' \\
    --hash=sha256:{0} \\
    --hash=sha256:{1}
    # via redis
coloredlogs[cron]==15.0.1 \\
    --hash=sha256:{0}
    # via
    #   -r requirements.in
    #   redis
""".format("a" * 64, "b" * 64)
    first, second = pins(text)
    assert (first.ref, first.marker, first.hashes, first.via) == (
        "pkg:pypi/async-timeout@5.0.1",
        "python_full_version < '3.11.3'",
        ["a" * 64, "b" * 64],
        ["redis"],
    )
    assert (second.ref, second.marker, second.via) == (
        "pkg:pypi/coloredlogs@15.0.1",
        "",
        ["-r requirements.in", "redis"],
    )
