"""The commands for the page's users."""

import sys

import click

from leadsync.cli.columns import Column, table
from leadsync.cli.options import common_options, examples
from leadsync.cli.shell import at_terminal, command_shell
from leadsync.errors import UsageError
from leadsync.terminal import Visible

_ROLES = ("viewer", "reviewer", "supervisor", "admin")


@click.group(epilog=examples("users add ann --role supervisor", "users list"))
def users() -> None:
    """Manage the page's users.

    A viewer reads; a reviewer also corrects and decides; a supervisor also uploads, sends, stops and retries; an admin
    also sees the users and the audit.
    """


@users.command()
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), required=True, help="What the user may do.")
def add(name: str, role: str) -> int:
    """Add a user; the password is asked for, or read from standard input."""
    from leadsync.web.roles import ROLES
    from leadsync.web.users import Users

    shell = command_shell()
    known = Users(shell.state_folder())
    if known.find(name):
        raise UsageError(f"There is a user {name} already; `leadsync users password {name}` gives a new password.")
    known.add(name, ROLES[role], _password())
    shell.result(f"{name} can log in as {role}.", {"user": name, "role": role})
    return 0


@users.command("list")
def list_users() -> int:
    """List the users."""
    from leadsync.web.users import Users

    shell = command_shell()
    known = Users(shell.state_folder()).all()
    lines = ((user.name, user.role.word) for user in known)
    text = Visible("\n".join(table((Column("user"), Column("role")), lines))) if known else "There are no users yet."
    shell.result(text, {"users": [{"user": user.name, "role": user.role.word} for user in known]})
    return 0


@users.command()
@click.argument("name")
def remove(name: str) -> int:
    """Remove a user, whose sessions end at once."""
    from leadsync.web.users import Users

    shell = command_shell()
    Users(shell.state_folder()).remove(name)
    shell.result(f"{name} cannot log in any more.", {"user": name})
    return 0


@users.command()
@click.argument("name")
def password(name: str) -> int:
    """Give a user a new password; the sessions with the old one end."""
    from leadsync.web.users import Users

    shell = command_shell()
    known = Users(shell.state_folder())
    if not known.find(name):
        raise UsageError(f"There is no user {name}; `leadsync users list` lists them.")
    known.set_password(name, _password())
    shell.result(f"{name} has a new password.", {"user": name})
    return 0


def _password() -> str:
    """The password, typed twice at a terminal, else the first line of standard input."""
    if at_terminal():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


for command in (add, list_users, remove, password):
    common_options(command)
