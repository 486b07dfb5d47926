"""The trial of the connection, step by step, against a practice dialer."""

import re

import httpx
import pytest
from pydantic import SecretStr

from leadsync.cli.connection import listed_places, tried, tried_provider
from leadsync.config import Oidc, Settings, load, settings_from
from leadsync.errors import SettingsError, Stopped
from leadsync.simulator import FaultKind, FaultRule
from leadsync.web import oidc
from leadsync.web.oidc import Provider
from tests.conftest import KEY, Desk


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADSYNC_API_KEY", KEY)


def settings(desk: Desk, more: str = "", **dialer: object) -> Settings:
    desk.dialer(settings=more, **dialer)
    return load(desk.config)


def test_each_step_is_told_with_its_names(desk: Desk) -> None:
    present = settings(
        desk, '[campaigns.winback]\ncampaign_id = 42\nallocation_id = 40\n[mappings.crm]\nRef = "Name"\n'
    )
    assert list(tried(present)) == [
        ("mappings", "1 mapping for sheets with other headings: [mappings.crm]."),
        ("key", "the API key is where the settings say."),
        ("dialer", f"the dialer at {present.url()} takes the key and lists 4 allocations."),
        ("ids", "[campaign] is template 'Outbound sales', campaign 'Spring renewals', allocation 'Main list'."),
        (
            "ids",
            "[campaigns.winback] is template 'Outbound sales', campaign 'Win-back', allocation 'Lapsed customers'.",
        ),
        ("updates", "it takes updates: one that names no lead was refused as it should be, and changed nothing."),
    ]


def test_ids_that_the_dialer_does_not_list_are_named(desk: Desk) -> None:
    wrong = settings(desk, "[campaign]\ntemplate_id = 41\ncampaign_id = 42\nallocation_id = 38\n")
    words = "[campaign]: the dialer lists no template 41 with campaign 42 and allocation 38; `leadsync campaigns`"
    with pytest.raises(SettingsError, match=re.escape(words)):
        list(tried(wrong))


def test_a_dialer_that_lists_and_takes_no_updates_is_not_well(desk: Desk) -> None:
    dialer = desk.dialer()
    steps = tried(load(desk.config))
    assert [next(steps)[0] for _ in range(3)] == ["key", "dialer", "ids"]
    dialer.faults.add([FaultRule(FaultKind.HTTP, status=403)])
    with pytest.raises(Stopped, match="The dialer lists its campaigns, but takes no updates: "):
        next(steps)


def test_a_provider_of_logins_that_answers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = "https://login.example.com/"
    known = {name: f"{issuer}{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    line = httpx.MockTransport(lambda request: httpx.Response(200, json={"issuer": issuer, **known}))
    made = Provider(Oidc(issuer=issuer, client_id="leadsync"), SecretStr("s3cret"), transport=line)
    monkeypatch.setattr(oidc, "provider_of", lambda settings, environment: made if settings.web.oidc.issuer else None)
    named = settings_from({"web": {"oidc": {"issuer": issuer}}}, "x")
    assert tried_provider(named) == f"[web.oidc]: the provider of logins at {issuer} answers."
    assert tried_provider(Settings()) == ""


def test_the_places_are_those_the_key_sees(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    present = settings(desk)
    assert [
        (place.campaign.id, place.allocation.id)
        for place in listed_places(present)
        if place.campaign is not None and place.allocation is not None
    ] == [(41, 38), (41, 39), (42, 40), (43, 41)]
    monkeypatch.setenv("LEADSYNC_API_KEY", "wrong")
    with pytest.raises(Stopped, match="API key was refused"):
        listed_places(present)
