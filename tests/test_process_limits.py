"""Limits of a process, tried in processes of their own: they cannot be raised again."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="resource limits are POSIX's")


def in_a_process(program: str) -> object:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    return json.loads(done.stdout)


def test_a_limit_is_lowered_for_good_and_never_raised() -> None:
    assert in_a_process(
        "import json, resource\n"
        "from leadsync.process_limits import limit_to\n"
        "limit_to({'RLIMIT_NOFILE': 50, 'RLIMIT_OF_ANOTHER_SYSTEM': 1})\n"
        "first = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "limit_to({'RLIMIT_NOFILE': 80})\n"
        "print(json.dumps([first, resource.getrlimit(resource.RLIMIT_NOFILE)]))"
    ) == [[50, 50], [50, 50]]


def test_more_open_files_are_allowed_as_far_as_the_system_lets() -> None:
    assert in_a_process(
        "import json, resource\n"
        "from leadsync.process_limits import allow_open_files\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (50, 90))\n"
        "allowed = [allow_open_files(count) for count in (40, 70, 100)]\n"
        "print(json.dumps([allowed, resource.getrlimit(resource.RLIMIT_NOFILE)]))"
    ) == [[40, 70, 90], [90, 90]]


def test_a_private_process_leaves_no_core_dump() -> None:
    assert in_a_process(
        "import json, resource\n"
        "from leadsync.process_limits import keep_private\n"
        "keep_private()\n"
        "print(json.dumps(resource.getrlimit(resource.RLIMIT_CORE)))"
    ) == [0, 0]


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_private_process_cannot_be_looked_into() -> None:
    """PR_GET_DUMPABLE is 3."""
    assert in_a_process(
        "import json\n"
        "from leadsync.process_limits import Prctl, keep_private\n"
        "before = Prctl.here()(3)\n"
        "keep_private()\n"
        "print(json.dumps([before, Prctl.here()(3)]))"
    ) == [1, 0]


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_the_program_leaves_no_core_dump_and_cannot_be_looked_into():
    code = (
        "import ctypes, resource, sys, leadsync.cli as c\n"
        "c.exit_code_of = lambda _: print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3))\n"
        "c.main()"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=60)
    assert ended.stdout == "(0, 0) 0\n"
