"""Roles, and the one table of the roles that routes need."""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType


class Role(IntEnum):
    """A person's rights; each role has those of the lower ones."""

    VIEWER = 1
    """Reads."""
    REVIEWER = 2
    """Corrects and decides."""
    SUPERVISOR = 3
    """Uploads, sends, stops, retries, saves mappings."""
    ADMIN = 4
    """Sees users and the audit, prunes."""

    @property
    def word(self) -> str:
        """Its name on the command line and in the users' file."""
        return self.name.lower()


ROLES: Mapping[str, Role] = MappingProxyType({role.word: role for role in Role})
"""The roles by their words."""

PUBLIC = None
"""In place of a role: no login needed."""

ROUTE_ROLES: Mapping[str, Mapping[str, Role | None]] = MappingProxyType(
    {
        "static": {"GET": PUBLIC},
        "healthz": {"GET": PUBLIC},
        "login": {"GET": PUBLIC, "POST": PUBLIC},
        "oidc": {"GET": PUBLIC},
        "oidc_back": {"GET": PUBLIC},
        "logout": {"POST": Role.VIEWER},
        "runs": {"GET": Role.VIEWER},
        "run": {"GET": Role.VIEWER},
        "live": {"GET": Role.VIEWER},
        "changes": {"GET": Role.VIEWER},
        "rows": {"GET": Role.VIEWER},
        "file": {"GET": Role.VIEWER},
        "leads": {"GET": Role.VIEWER},
        "lead": {"GET": Role.VIEWER},
        "stats": {"GET": Role.VIEWER},
        "correct": {"GET": Role.REVIEWER},
        "edits": {"POST": Role.REVIEWER},
        "bulk_edits": {"POST": Role.REVIEWER},
        "decide": {"GET": Role.REVIEWER},
        "decisions": {"POST": Role.REVIEWER},
        "new": {"GET": Role.SUPERVISOR},
        "uploads": {"GET": Role.SUPERVISOR, "POST": Role.SUPERVISOR},
        "draft": {"GET": Role.SUPERVISOR},
        "draft_rows": {"GET": Role.SUPERVISOR, "POST": Role.SUPERVISOR},
        "reading": {"POST": Role.SUPERVISOR},
        "rest": {"POST": Role.SUPERVISOR},
        "send_draft": {"POST": Role.SUPERVISOR},
        "cancel_draft": {"POST": Role.SUPERVISOR},
        "discard": {"POST": Role.SUPERVISOR},
        "send_edits": {"POST": Role.SUPERVISOR},
        "stop": {"POST": Role.SUPERVISOR},
        "resume": {"POST": Role.SUPERVISOR},
        "retry": {"POST": Role.SUPERVISOR},
        "cancel": {"POST": Role.SUPERVISOR},
        "mappings": {"GET": Role.SUPERVISOR, "POST": Role.SUPERVISOR},
        "users": {"GET": Role.ADMIN, "POST": Role.ADMIN},
        "audit": {"GET": Role.ADMIN},
    }
)
"""By the route's name and the method, the lowest role with the right to it. A route without an entry is no route."""


def allowed(route: str, method: str, role: Role | None) -> bool:
    """Whether a person with this role, or nobody for None, may ask for a route."""
    needed = ROUTE_ROLES[route]["GET" if method == "HEAD" else method]
    return needed is PUBLIC or (role is not None and role >= needed)
