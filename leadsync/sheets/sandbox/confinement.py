"""The confinement of this process to reading a sheet: no files, no network, no other processes, no raised limits.

Three layers; the system may lack any of them:

- resource limits (POSIX): no new descriptor, hence no file and no socket; no write to a file; no new process;
- Landlock (Linux 5.13 and later): no file, no TCP (6.7), no signal to other processes (6.12), for root too;
- seccomp (Linux on x86-64 and ARM64): no socket, no program, no process, no raised limit, for root too.

Landlock and seccomp are called directly: their Python packages are alphas, a few months old, or have rested since 2021.
A refusal of the system is no error: the layers below still hold. Import everything before the call of `confine`.
"""

import ctypes
import os
import struct

from leadsync.process_limits import Prctl, limit_to

_SECCOMP, _NO_NEW_PRIVILEGES = 22, 38
"""Options of prctl(2)."""
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
"""System calls, the same on every machine listed below."""
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights to files each version of Landlock knows."""
_TCP_SINCE, _SCOPES_SINCE = 4, 6
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
"""Instructions of a seccomp filter (BPF)."""
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001
"""Go on; fail with EPERM."""
_X32 = 0x40000000
"""System calls of the x32 interface have this bit: they would pass by the numbers below."""
_REFUSED_CALLS = {
    # socket, clone, fork, vfork, execve, kill, ptrace, setrlimit, unshare, prlimit64, process_vm_writev, execveat,
    # io_uring_setup, clone3
    "x86_64": (0xC000003E, (41, 56, 57, 58, 59, 62, 101, 160, 272, 302, 311, 322, 425, 435)),
    # the same without fork and vfork, which ARM64 lacks
    "aarch64": (0xC00000B7, (198, 220, 221, 129, 117, 164, 97, 261, 271, 281, 425, 435)),
}
"""For each machine, its name in the kernel (AUDIT_ARCH) and the numbers of the refused calls."""


def confine(*, memory: int, seconds: int) -> None:
    """Hold this process to so many bytes and CPU seconds, and forbid it the rest of the machine."""
    limits = {"RLIMIT_AS": memory, "RLIMIT_CPU": seconds, "RLIMIT_FSIZE": 0, "RLIMIT_NPROC": 0}
    if (prctl := Prctl.here()) is not None:
        prctl(_NO_NEW_PRIVILEGES, 1)
        _forbid_files()
    limit_to({**limits, "RLIMIT_NOFILE": 0})
    if prctl is not None:
        _forbid_calls(prctl)


def _forbid_files() -> None:
    """Set a Landlock ruleset without a rule: everything it handles is forbidden. Source: landlock(7)."""
    if os.uname().machine not in _REFUSED_CALLS:
        return
    call = ctypes.CDLL(None).syscall
    version = call(ctypes.c_long(_LANDLOCK_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint(1))
    if version < 1:
        return
    files = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    handled = struct.pack("QQQ", files, 3 * (version >= _TCP_SINCE), 3 * (version >= _SCOPES_SINCE))
    ruleset = call(ctypes.c_long(_LANDLOCK_CREATE), handled, ctypes.c_size_t(len(handled)), ctypes.c_uint(0))
    if ruleset >= 0:
        call(ctypes.c_long(_LANDLOCK_RESTRICT), ctypes.c_int(ruleset), ctypes.c_uint(0))
        os.close(ruleset)


def _forbid_calls(prctl: Prctl) -> None:
    """Set a seccomp filter against the calls listed above. Source: seccomp(2)."""
    if os.uname().machine not in _REFUSED_CALLS or struct.calcsize("P") != 8:
        return
    machine, numbers = _REFUSED_CALLS[os.uname().machine]
    to_refusal = len(numbers) + 1  # instructions from the first comparison of numbers to the last one of all
    filter_ = [
        (_LOAD, 0, 0, 4),  # the machine
        (_EQUAL, 0, to_refusal + 2, machine),
        (_LOAD, 0, 0, 0),  # the call's number
        (_AT_LEAST, to_refusal, 0, _X32),
        *((_EQUAL, to_refusal - 1 - place, 0, number) for place, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *instruction) for instruction in filter_))
    program = ctypes.create_string_buffer(struct.pack("HP", len(filter_), ctypes.addressof(code)))
    prctl(_SECCOMP, 2, ctypes.addressof(program))
