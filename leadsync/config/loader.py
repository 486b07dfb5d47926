"""The settings from their file and the environment; faults as sentences."""

import difflib
import errno
import os
import re
from collections.abc import Callable, Container, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings.exceptions import SettingsError as NoJsonError

from leadsync.config.sections import JournalPlace
from leadsync.config.settings import ENVIRONMENT_PREFIX, FILE_NAME, Settings
from leadsync.errors import SettingsError
from leadsync.private_files import ANOTHERS, OPEN_TO_OTHERS, is_file, make_private_folder, would_shut_out_caller
from leadsync.settings_files import read_settings, refuse_others_folder
from leadsync.terminal import visible_lines

_URL_VARIABLES = (f"{ENVIRONMENT_PREFIX}SERVER__URL", f"{ENVIRONMENT_PREFIX}SERVER")
"""The environment variables that can say the dialer's address; the settings file does if neither is set."""


def load(path: Path | None) -> Settings:
    """The settings of the file at `path`, or the defaults, overridden by the environment. Raises SettingsError."""
    return settings_from(tables_of(path), str(path) if path else "the environment")


def tables_of(path: Path | None) -> Mapping[str, Any]:
    """The tables of a settings file as they are, none without a file. Raises SettingsError."""
    return read_settings(path) if path else {}


def settings_from(values: Mapping[str, Any], source: str) -> Settings:
    """The settings of `values`, in the shape of the file; `source` names them in errors."""
    try:
        return Settings(**values)
    except ValidationError as error:
        raise settings_error(error, source) from error
    except NoJsonError as error:
        # pydantic-settings names the field in its text alone.
        section = re.search(r'field "(\w+)"', str(error))
        raise SettingsError(
            f"An environment variable for {f'[{section[1]}]' if section else 'the settings'} is not valid JSON; a list "
            'is written like ["a", "b"].'
        ) from None


def settings_error(error: ValidationError, source: str) -> SettingsError:
    """The sentences for values out of place; `source` names them."""
    faults = dict(_fault(detail, source) for detail in error.errors())
    return SettingsError(visible_lines(faults), visible_lines(dict.fromkeys(faults.values())))


def find(explicit: Path | None, environment: Mapping[str, str]) -> Path | None:
    """The settings file: the one given, `$LEADSYNC_CONFIG`, `./leadsync.toml`, or the one in the user's configuration
    folder; None if there is none.

    Raises SettingsError if a named file is missing, or if others may have put one into the working folder.
    """
    import platformdirs

    named = explicit or (Path(environment["LEADSYNC_CONFIG"]) if environment.get("LEADSYNC_CONFIG") else None)
    if named is not None:
        # A file in a closed folder is for its reader to complain of.
        with suppress(PermissionError):
            if not named.is_file():
                raise SettingsError(
                    f"There is no settings file {named}; check the path, or write one with `leadsync init`."
                )
        return named
    if is_file(here := Path(FILE_NAME)):
        refuse_others_folder(here)
        return here
    of_user = platformdirs.user_config_path("leadsync", appauthor=False) / FILE_NAME
    return of_user if is_file(of_user) else None


def url_source(explicit: Path | None, environment: Mapping[str, str]) -> str:
    """The source of the dialer's address: the settings file, or an environment variable."""
    variable = next(filter(environment.get, _URL_VARIABLES), "")
    path = None if variable else find(explicit, environment)
    return str(path.absolute()) if path else f"the environment variable {variable}"


def state_folder(explicit: Path | None, environment: Mapping[str, str]) -> Path:
    """The folder of the journal: the one given, `$LEADSYNC_STATE`, or the user's state folder; made if need be.

    Raises SettingsError if it cannot be made or written, if another user owns it, or would be shut out of it.
    """
    import platformdirs

    named = explicit or (Path(environment["LEADSYNC_STATE"]) if environment.get("LEADSYNC_STATE") else None)
    folder = named or platformdirs.user_state_path("leadsync", appauthor=False)
    if named is None and would_shut_out_caller(folder):
        raise SettingsError(
            f"Root would make the state folder {folder}, and shut out the user who called it by sudo; run this "
            "without sudo, or choose another with --state."
        )
    try:
        make_private_folder(folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "this user cannot write into it", str(folder))
    except OSError as error:
        raise _unusable(folder, error) from error
    return folder


def _unusable(folder: Path, error: OSError) -> SettingsError:
    """The sentence for a state folder that cannot be made or written."""
    problem = "there is a file of that name" if isinstance(error, FileExistsError) else error.strerror or str(error)
    if error.filename not in (None, str(folder)):
        # One of the folders above it.
        problem = f"{error.filename}: {problem}"
    remedy = {ANOTHERS: "run this as that user", OPEN_TO_OTHERS: "protect it with chmod go-w"}.get(
        error.strerror or "", "see that this user can make it and write into it"
    )
    return SettingsError(
        f"The state folder {folder} cannot be used: {problem}; {remedy}, or choose another with --state."
    )


def journal_place(
    settings: Callable[[], Settings], tables: Container[str], environment: Mapping[str, str]
) -> tuple[str, float]:
    """The address of the journal's database, a secret, and the seconds of a lease; no address: the state folder.

    `tables` are those of the settings file. Most journals are in the state folder, and then the other settings may be
    faulty: people look into the journal all the same. Raises SettingsError.
    """
    variables = (JournalPlace.model_fields["url_env"].default, f"{ENVIRONMENT_PREFIX}JOURNAL")
    if "journal" not in tables and not any(name.startswith(variables) for name in environment):
        return "", 0.0
    known = settings()
    return known.journal_url(environment).get_secret_value(), known.cluster.lease_seconds


def _kind_of(section: str) -> str:
    """The top table with the settings of this one: each campaign has those of [campaign], each dialer of [server]."""
    table, _, rest = section.partition(".")
    if table == "dialers" and rest:
        return "campaign" if "." in rest else "server"
    if table == "campaigns" and rest:
        return "campaign"
    return section if table == "web" else table


def _fields_of(table: str) -> tuple[FieldInfo | None, Mapping[str, FieldInfo]]:
    """The field that holds a table of the settings, and the table's own fields."""
    fields: Mapping[str, FieldInfo] = Settings.model_fields
    field: FieldInfo | None = None
    for name in table.split("."):
        field = fields.get(name)
        fields = getattr(field.annotation, "model_fields", {}) if field else {}
    return field, fields


def _fault(detail: Any, source: str) -> tuple[str, str]:
    """One of pydantic's findings: a sentence with the key and its meaning, and the reason alone."""
    where = [str(part) for part in detail["loc"]]
    if (where[:1] in (["campaigns"], ["mappings"], ["dialers"]) or where[:2] == ["web", "oidc"]) and len(where) > 2:
        # A table within a table.
        where = [".".join(where[:-1]), where[-1]]
    section, key = (where[0], where[1] if len(where) > 1 else "") if where else ("", "")
    table = _kind_of(section)
    variable = f"{ENVIRONMENT_PREFIX}{section.replace('.', '__')}__{key}".upper()
    # The environment wins over the file, so a wrong value comes from there if it is set at all.
    place = variable if variable in os.environ else f"{source}: [{section}] {key}".rstrip()
    field, fields = _fields_of(table)
    if detail["type"] == "extra_forbidden":
        known = list(fields) if key else list(Settings.model_fields)
        near = difflib.get_close_matches(key or section, known, n=1)
        if key.startswith("api_key"):
            hint = "the key itself never stands in the settings: use api_key_env, api_key_file or api_key_keyring."
        else:
            hint = f"did you mean {near[0]}?" if near else f"known are: {', '.join(known)}."
        words = f"{place} is not a setting; {hint}"
        return words, words
    meaning = fields[key].description if key in fields else (field.description if field else "") or "a section"
    # Of an error of our own rules pydantic's message is "Value error, …".
    problem = str(detail["ctx"]["error"] if detail["type"] == "value_error" else detail["msg"])
    return f"{place} is {meaning}: {problem[0].lower() + problem[1:]}.", f"{problem[0].upper() + problem[1:]}."
