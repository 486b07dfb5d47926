"""A preview's digest: the same while sending would do the same."""

from leadsync.web.preview import with_digest


def test_what_passes_without_an_effect_does_not_count() -> None:
    found = {"what": "send", "waiting": 5, "changes": [], "pace": 1.0, "at": "now", "new_dialer": True}
    first = with_digest(found)["digest"]
    assert with_digest({**found, "pace": 2.0, "at": "later", "new_dialer": False})["digest"] == first
    assert with_digest({**found, "waiting": 6})["digest"] != first
    assert with_digest({**found, "changes": [{"what": "x", "count": 1}]})["digest"] != first


def test_a_digest_is_of_everything_but_itself() -> None:
    once = with_digest({"what": "done", "error": "\udcff"})
    assert with_digest(once) == once
