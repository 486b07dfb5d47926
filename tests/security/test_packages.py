"""What is installed beside leadsync: no release with a known advisory, and on a server exactly what was checked."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
NEEDED = [Requirement(line) for line in (*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"])]
EXTRAS = [Requirement(line) for extra in PROJECT["project"]["optional-dependencies"].values() for line in extra]
CONSTRAINTS = (ROOT / "constraints.txt").read_text("utf-8")
PINNED = [
    (Requirement(line.removesuffix(" \\")), hashes)
    for line, hashes in re.findall(r"^([\w.-]+==.+)\n((?:    --hash=.+\n)*)", CONSTRAINTS, re.MULTILINE)
]

FIXED_IN = {
    "aiohttp": "3.14.4",  # PYSEC-2026-4369, PYSEC-2026-4371; earlier: trailers without a bound (CVE-2026-22815)
    "click": "8.3.3",  # PYSEC-2026-2132
    "cryptography": "50.0.0",  # CVE-2026-69247
    "filelock": "4.2.1",  # CVE-2026-112934, CVE-2026-112941; earlier: links followed (CVE-2026-22701)
    "h11": "0.16.0",  # CVE-2025-43859
    "idna": "3.15",  # CVE-2026-45409
    "jinja2": "3.1.6",  # CVE-2025-27516
    "joserfc": "1.7.2",  # GHSA-5jhw-7jv7-qcqq; earlier: empty keys (CVE-2026-49852), CVE-2026-48990
    "markdown": "3.8.1",  # CVE-2025-69534
    "pydantic-settings": "2.14.2",  # GHSA-4xgf-cpjx-pc3j
    "python-dotenv": "1.2.2",  # CVE-2026-28684
    "requests": "2.33.0",  # CVE-2026-25645
    "starlette": "1.3.1",  # PYSEC-2026-249
    "urllib3": "2.8.0",  # CVE-2026-97687, CVE-2026-97688, CVE-2026-97689
}
"""The first release of each package without a known advisory, as published until November 2026."""


def lowest(requirement: Requirement) -> Version:
    """The lower bound of a requirement."""
    return next(Version(one.version) for one in requirement.specifier if one.operator == ">=")


@pytest.mark.parametrize("name", FIXED_IN)
def test_lower_bounds_exclude_known_advisories(name: str) -> None:
    bounds = [lowest(requirement) for requirement in (*NEEDED, *EXTRAS) if requirement.name == name]
    assert bounds
    assert min(bounds) >= Version(FIXED_IN[name])


@pytest.mark.parametrize("needed", [*NEEDED, *EXTRAS], ids=lambda one: one.name)
def test_the_constraints_are_in_step_with_the_project(needed: Requirement) -> None:
    versions = [next(iter(pinned.specifier)).version for pinned, _ in PINNED if pinned.name == needed.name]
    assert versions, "make constraints"
    assert all(needed.specifier.contains(version) for version in versions), "make constraints"


def test_every_package_is_held_to_its_hashes() -> None:
    assert len(PINNED) == len(re.findall(r"^\w", CONSTRAINTS, re.MULTILINE)) > 50
    for pinned, hashes in PINNED:
        lines = hashes.splitlines()
        assert lines, pinned.name
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line) for line in lines), pinned.name


def test_the_constraints_name_no_place_to_fetch_from() -> None:
    assert not re.search(r"://|index|find-links|trusted-host|^-|/", CONSTRAINTS, re.MULTILINE)
