"""The table of roles, walked route by route and role by role."""

from collections.abc import Callable

import pytest
from starlette.routing import Route

from leadsync.web.app import MODULES
from leadsync.web.roles import PUBLIC, ROUTE_ROLES, Role
from tests.web.conftest import Browser, Office

SERVED = {route.name: route for module in MODULES for route in module.ROUTES}
ASKED = [(route, method) for route in SERVED.values() for method in ROUTE_ROLES[route.name]]


def path_of(route: Route) -> str:
    return route.path.replace("{run}", "20261123-210455-7f3a").replace("{name}", "report").replace("{lead:path}", "1")


def test_every_route_stands_in_the_table_and_has_a_name_of_its_own() -> None:
    names = [route.name for module in MODULES for route in module.ROUTES]
    assert len(names) == len(set(names))
    assert set(names) <= set(ROUTE_ROLES)


def test_what_changes_something_is_never_public_but_for_the_login() -> None:
    public = [(name, method) for name, roles in ROUTE_ROLES.items() for method, role in roles.items() if role is PUBLIC]
    logins = [("login", "GET"), ("login", "POST"), ("oidc", "GET"), ("oidc_back", "GET")]
    assert public == [("static", "GET"), ("healthz", "GET"), *logins]


@pytest.mark.parametrize(("route", "method"), ASKED, ids=lambda one: one if isinstance(one, str) else one.name)
def test_each_route_is_for_its_role_and_those_above(
    office: Office, as_role: Callable[[Role], Browser], route: Route, method: str
) -> None:
    needed = ROUTE_ROLES[route.name][method]
    own = {"sec-fetch-site": "same-origin"}
    if needed is not PUBLIC:
        nobody = office.browser().request(method, path_of(route), headers=own)
        assert nobody.status_code == (303 if method == "GET" else 401)
    for role in Role:
        status = as_role(role).request(method, path_of(route), headers=own).status_code
        if needed is PUBLIC or role >= needed:
            refused = (401, 405) if route.name == "login" else (401, 403, 405)
            assert status not in refused, role
        else:
            assert status == 403, role


@pytest.mark.parametrize("route", SERVED.values(), ids=lambda route: route.name)
def test_another_method_does_nothing(alone: Browser, route: Route) -> None:
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - set(ROUTE_ROLES[route.name]):
        answer = alone.request(method, path_of(route), headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code == 405, method
