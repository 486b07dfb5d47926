"""The page's queue: the order in which people have asked."""

from pathlib import Path

import pytest

from leadsync.web.places import Places


def test_places_stand_in_the_order_in_which_they_were_taken(tmp_path: Path) -> None:
    places = Places(tmp_path)
    assert places.all() == [], "nobody has asked, and there is no folder"
    first, second = places.take("send", "a1", 1, "lock-a"), places.take("retry", "b2", 3, "lock-b")
    assert [place.at for place in Places(tmp_path).all()] == [first.at, second.at] == [1, 2]
    places.give_up(first)
    places.give_up(first)
    third = places.take("resume", "c3", 1, "lock-c")
    assert Places(tmp_path).all() == [second, third]
    assert [place.is_of("b2", 3) for place in Places(tmp_path).all()] == [True, False]


def test_a_place_renewed_keeps_its_order(tmp_path: Path) -> None:
    places = Places(tmp_path)
    first, second = places.take("send", "a1", 1, "lock-a"), places.take("send", "b2", 1, "lock-b")
    places.renew(first)
    now, still = places.all()
    assert (now.at, still) == (1, second)
    assert now.begun > second.begun


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"verb": "send"}',
        '{"verb": "send", "key": "../x", "number": 1, "lock": "l", "begun": 1.5}',
        '{"verb": "send", "key": "x", "number": "1", "lock": "l", "begun": 1.5}',
    ],
)
def test_a_damaged_place_is_nobodys(tmp_path: Path, text: str) -> None:
    places = Places(tmp_path)
    place = places.take("send", "a1", 1, "lock-a")
    (tmp_path / "page_queue" / "000000001.json").write_text(text)
    assert places.all() == []
    assert places.take("send", "a1", 1, "lock-a").at == place.at + 1
