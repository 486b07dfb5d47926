"""The confinement of the process that reads a sheet: each of its layers, by attempts to break out."""

import ctypes
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc, Landlock and seccomp are Linux's")

ATTEMPTS = """
import ctypes, json, os, resource, signal, socket, sys
from leadsync.process_limits import Prctl, limit_to
from leadsync.sheets.sandbox import confinement

def execute():
    print(json.dumps(done), flush=True)
    told = json.dumps([*done, "exec"])
    os.execv(sys.executable, [sys.executable, "-c", f"print({told!r})"])

def fork():
    if os.fork() == 0:
        os._exit(0)

attempts = {
    "read": lambda: open(sys.argv[2], "rb"),
    "write": lambda: open(sys.argv[2] + ".new", "wb"),
    "list": lambda: os.listdir("/"),
    "rename": lambda: os.rename(sys.argv[2], sys.argv[2] + ".moved"),
    "delete": lambda: os.unlink(sys.argv[2] + ".held"),
    "write what is open": lambda: os.write(held, b"x"),
    "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "unix": lambda: socket.socket(socket.AF_UNIX),
    "netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    "connect": lambda: ready.connect(("127.0.0.1", int(sys.argv[3]))),
    "fork": fork,
    "kill": lambda: os.kill(os.getppid(), 0),
    "raise": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)),
    "exec": execute,
}
held = os.open(sys.argv[2] + ".held", os.O_CREAT | os.O_WRONLY)
ready = socket.socket()
layer = sys.argv[1]
Prctl.here()(38, 1)
if layer == "all":
    confinement.confine(memory=1 << 30, seconds=5)
elif layer == "limits":
    limit_to({"RLIMIT_FSIZE": 0, "RLIMIT_NOFILE": 0})
elif layer == "landlock":
    confinement._forbid_files()
elif layer == "seccomp":
    confinement._forbid_calls(Prctl.here())
done = []
for name, attempt in attempts.items():
    try:
        attempt()
        done.append(name)
    except (OSError, ValueError):
        pass
print(json.dumps(done))
"""
EVERYTHING = {
    "read", "write", "list", "rename", "delete", "write what is open", "udp", "unix", "netlink", "connect", "fork",
    "kill", "raise", "exec",
}  # fmt: skip


def landlock_version() -> int:
    return ctypes.CDLL(None).syscall(ctypes.c_long(444), None, ctypes.c_size_t(0), ctypes.c_uint(1))


def done_under(layer: str, tmp_path: Path) -> set[str]:
    """What a process still manages to do that this layer confines."""
    secret = tmp_path / "api-key"
    secret.write_text("secret")
    with listening() as port:
        ended = subprocess.run(
            [sys.executable, "-c", ATTEMPTS, layer, secret, str(port)], capture_output=True, timeout=60
        )
    return set(json.loads(ended.stdout.splitlines()[-1]))


@contextmanager
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_confined_process_can_do_none_of_it(tmp_path):
    assert done_under("all", tmp_path) == set()


def test_without_confinement_each_attempt_would_succeed(tmp_path):
    """Else the other tests would prove nothing."""
    assert done_under("none", tmp_path) == EVERYTHING


def test_the_limits_alone_leave_no_file_and_no_connection(tmp_path):
    assert done_under("limits", tmp_path) & {"read", "write", "list", "write what is open", "udp", "unix"} == set()


@pytest.mark.skipif(landlock_version() < 6, reason="this kernel's Landlock does not know TCP and signals")
def test_landlock_alone_leaves_no_file_no_tcp_and_no_signal(tmp_path):
    done = done_under("landlock", tmp_path)
    assert done & {"read", "write", "list", "delete", "rename", "connect", "exec", "kill"} == set()


@pytest.mark.skipif(os.uname().machine not in ("x86_64", "aarch64"), reason="seccomp is not used on this machine")
def test_seccomp_alone_leaves_no_connection_no_process_and_the_limits_as_they_are(tmp_path):
    done = done_under("seccomp", tmp_path)
    assert done & {"udp", "unix", "netlink", "fork", "exec", "kill", "raise"} == set()
