"""What templates show: numbers grouped, times with their zone, places without addresses."""

from datetime import UTC, datetime

import pytest

from leadsync.models import CampaignIds
from leadsync.web.templates import HUES, environment, hue, names_of


def shown(template: str, **values: object) -> str:
    return environment().from_string(template).render(**values)


@pytest.mark.parametrize(
    ("template", "value", "text"),
    [
        ("{{ value | number }}", 1234567, "1,234,567"),
        ("{{ value | share(8) }}", 1, "12.5%"),
        ("{{ value | pace }}", 61.4, "61 a second"),
        ("{{ value | pace }}", 3.24, "3.2 a second"),
        ("{{ value | pace }}", 0.5, "30 a minute"),
        ("{{ value | duration }}", 0.2, "1 s"),
        ("{{ value | duration }}", 59.1, "60 s"),
        ("{{ value | duration }}", 900, "15 min"),
        ("{{ value | duration }}", 7260, "2 h 01 min"),
        ("{{ value | in_path }}", "a/b?c#d %", "a%2Fb%3Fc%23d%20%25"),
        ("{{ value | when }}", None, ""),
        ("{{ value }}", "\u202e<b>", "\\u202e&lt;b&gt;"),
    ],
)
def test_values_are_written_for_people(template: str, value: object, text: str) -> None:
    assert shown(template, value=value) == text


def test_a_time_carries_its_zone_for_the_script() -> None:
    time = datetime(2026, 11, 23, 21, 4, 55, tzinfo=UTC)
    assert shown("{{ value | when }}", value=time) == (
        '<time datetime="2026-11-23T21:04:55+00:00">23 Nov 2026, 21:04</time>'
    )
    assert shown("{{ value | when(seconds=True) }}", value=time) == (
        '<time datetime="2026-11-23T21:04:55+00:00" data-seconds>23 Nov 2026, 21:04:55</time>'
    )


@pytest.mark.parametrize(
    ("dialer", "host"),
    [("https://pbx.example.com/hidden/path", "pbx.example.com"), ("http://127.0.0.1:8080", "127.0.0.1:8080"), ("", "")],
)
def test_a_place_is_a_host_and_a_campaign(dialer: str, host: str) -> None:
    assert names_of(dialer, CampaignIds(41, 42, 38)) == (host, "campaign 42")


def test_a_campaign_keeps_its_colour_and_others_have_others() -> None:
    hues = [hue("https://pbx.example.com", CampaignIds(41, campaign, 38)) for campaign in range(50)]
    assert hues == [hue("https://pbx.example.com", CampaignIds(41, campaign, 38)) for campaign in range(50)]
    assert set(hues) == set(range(HUES))
