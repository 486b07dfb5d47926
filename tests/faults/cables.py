"""A database in a network of its own, and a cable from each machine to it that can be cut.

On Linux: a network namespace, and pairs of virtual Ethernet devices. Only root may make them.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import CANNOT_BE_OTHERWISE
from tests.own_postgres import SERVER_USER

MACHINES = (1, 2)
NOT_ALLOWED = CANNOT_BE_OTHERWISE[-1]


class Cables:
    """The cables of two machines to the database's network."""

    def __init__(self) -> None:
        self._name = f"ls{os.getpid()}"
        # Of the addresses kept for benchmarks (RFC 2544); several test processes each have their own.
        self._net = f"198.{18 + os.getpid() // 250 % 2}.{os.getpid() % 250}"
        words = ["ip", "netns", "exec", self._name]
        words += ["setpriv", f"--reuid={SERVER_USER}", f"--regid={SERVER_USER}", "--clear-groups"]
        self.network = words, self.address(MACHINES[-1])
        """Words that run a command there, and the address of the second machine's cable, never cut."""

    def __enter__(self) -> "Cables":
        self._ip("netns", "add", self._name)
        self._ip("-n", self._name, "link", "set", "lo", "up")
        for machine in MACHINES:
            near, far = f"{self._name}n{machine}", f"far{machine}"
            self._ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", self._name)
            self._ip("addr", "add", f"{self._net}.{4 * machine + 1}/30", "dev", near)
            self._ip("-n", self._name, "addr", "add", f"{self.address(machine)}/30", "dev", far)
            self._ip("link", "set", near, "up")
            self.mend(machine)
        return self

    def __exit__(self, *_: object) -> None:
        # The devices go with their other ends.
        self._ip("netns", "delete", self._name)

    def address(self, machine: int) -> str:
        """The database's address by a machine's cable."""
        return f"{self._net}.{4 * machine + 2}"

    def cut(self, machine: int) -> None:
        """Nothing comes through a machine's cable any more, and nobody is told."""
        self._ip("-n", self._name, "link", "set", f"far{machine}", "down")

    def mend(self, machine: int) -> None:
        self._ip("-n", self._name, "link", "set", f"far{machine}", "up")

    @staticmethod
    def _ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def cables() -> Iterator[Cables]:
    """The cables; skips the test where the machine allows none."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip(NOT_ALLOWED)
    if shutil.which("ip") is None:
        pytest.skip("there is no `ip`; install iproute2")
    try:
        made = Cables().__enter__()
    except subprocess.CalledProcessError:
        # A container without the right to administer its network.
        pytest.skip(NOT_ALLOWED)
    try:
        yield made
    finally:
        made.__exit__()
