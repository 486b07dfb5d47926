"""The files of settings: their owners, and their text without a word of it in any error."""

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from leadsync.commands import arguments
from leadsync.errors import SettingsError
from leadsync.private_files import ANOTHERS, file_problem, is_anothers, open_regular, others_can_write

KEYRING_USER = "api-key"
LONGEST_SECRET = 64 * 1024
"""Bytes of the longest file with a secret: a key, or the addresses of alerts."""


def read_settings(path: Path) -> dict[str, Any]:
    """The tables of a settings file; raises SettingsError.

    The error quotes nothing of the file: it may be the key's, named by mistake.
    """
    try:
        with open_regular(path) as stream:
            refuse_others(path, os.fstat(stream.fileno()))
            # Editors on Windows put a byte order mark in front, and TOML knows none.
            return tomllib.loads(stream.read().decode("utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}; check its path and its permissions.") from error
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not UTF-8 text; save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        # Only the place: tomllib's message quotes characters of the file.
        place = re.search(r"at line \d+, column \d+|at end of document", str(error))
        raise SettingsError(
            f"{path} is not valid TOML: something is wrong {place[0] if place else 'in it'}; no name stands twice, and "
            "names and texts stand in double quotes."
        ) from None


def refuse_others(path: Path, status: os.stat_result) -> None:
    """Raise SettingsError if another user could send the API key elsewhere by this file."""
    problem = file_problem(status)
    if problem == ANOTHERS:
        raise SettingsError(
            f"{path} belongs to another user, who decides by it where the API key goes; use a copy of your own that "
            "you have looked through."
        )
    if problem:
        raise SettingsError(
            f"Everybody can write {path}, and decide by it where the API key goes; protect it with: "
            f"chmod go-w {arguments(path)}"
        )


def refuse_others_folder(path: Path) -> None:
    """Raise SettingsError if others may have put an unnamed settings file into the working folder.

    In an open folder the file's owner proves nothing: others can rename a report of this user into the settings.
    """
    refuse_others(path, path.stat())
    folder = path.absolute().parent
    status = folder.stat()
    if is_anothers(status) or others_can_write(status) or is_anothers(path.lstat()):
        raise SettingsError(
            f"Other users can write into {folder}, so its {path} is not taken unasked; if it is yours: "
            f"--config {arguments(path)}"
        )


def read_secret(path: Path, setting: str, what: str) -> str:
    """The text of a file for this user alone; raises SettingsError.

    The error quotes nothing of the file, nor a path without a file: some write the secret there.
    """
    try:
        with open_regular(path) as stream:
            status = os.fstat(stream.fileno())
            if is_anothers(status):
                raise SettingsError(f"{path} ({setting}) belongs to another user; keep the {what} in a file of yours.")
            if os.name == "posix" and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise SettingsError(
                    f"Others can read the {what} in {path}; protect it with: chmod 600 {arguments(path)}"
                )
            # One byte more than allowed shows a longer file, whatever its size was at a look before.
            content = stream.read(LONGEST_SECRET + 1)
        if len(content) > LONGEST_SECRET:
            raise SettingsError(f"{path} ({setting}) is too long for the {what}; name the file with them alone.")
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise SettingsError(f"The {what} cannot be read from {path} ({setting}): save it as UTF-8 text.") from None
    except OSError as error:
        named = path if os.path.lexists(path) else "its file"
        raise SettingsError(f"The {what} cannot be read from {named} ({setting}): {error.strerror}.") from None
    if not text:
        raise SettingsError(f"{path} ({setting}) is empty; write the {what} into it.")
    return text


def key_of_keyring(service: str) -> str:
    """The API key under this name in the system's keyring; raises SettingsError."""
    import keyring
    from keyring.errors import KeyringError

    try:
        key = keyring.get_password(service, KEYRING_USER)
    except KeyringError as error:
        raise SettingsError(f"The system's keyring cannot be used ([server] api_key_keyring): {error}.") from error
    if not key:
        raise SettingsError(
            f"The keyring has no API key under {service}; store it with: "
            f"python -m keyring set {arguments(service, KEYRING_USER)}"
        )
    return key
