"""One call meets a fault: what its row may be called, how often it is sent, and what the dialer did."""

import pytest

from leadsync.simulator import FaultKind
from tests.faults.invariants import sheet_rows

SALE = 2
"""A row that sets a disposition; row 3 is harmless."""

AFTER_THE_REQUEST = [
    {"kind": kind, "applied": applied, **more}
    for applied in (False, True)
    for kind, more in [
        ("close", {}),
        ("reset", {}),
        ("cut", {}),
        ("http", {"status": 500}),
        ("http", {"status": 502}),
        ("http", {"status": 504}),
        ("http", {"status": 408, "page": "empty"}),
        ("http", {"status": 200, "page": "html"}),
        ("http", {"status": 200, "page": "truncated"}),
        ("http", {"status": 500, "page": "json"}),
    ]
] + [{"kind": "close_early"}]


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_lost_answer_leaves_a_disposition_unknown_and_a_harmless_row_is_sent_again(scene, tls):
    stage = scene(sheet_rows(4 * len(AFTER_THE_REQUEST)), tls=tls, slots=3, floor_seconds=0)
    # Of four rows the first, with a disposition, and the last, harmless, meet the fault: the dialer is never away.
    struck = {4 * at + 2 + more: rule for at, rule in enumerate(AFTER_THE_REQUEST) for more in (0, 3)}
    for number, rule in struck.items():
        stage.strike(lead=f"L{number}", attempt=1, **rule)
    ended = stage.run()
    stage.check(ended)
    assert ended.code == 3
    statuses = stage.statuses()
    for row in stage.rows:
        rule = struck.get(row.number, {})
        unknown = bool(rule) and not row.harmless
        assert statuses[row.number] == ("unknown" if unknown else "succeeded"), rule
        answered = 0 if unknown else 1
        assert stage.applied(row.number) == answered + (bool(rule) and rule.get("applied", False)), rule


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_connection_reset_as_soon_as_it_was_made(scene, tls):
    """Where the reset comes before the connection counts as made nothing was sent; else nobody can prove that."""
    stage = scene(sheet_rows(1, disposition="Sale"), tls=tls)
    stage.strike(kind="refuse", calls=1)
    stage.check(stage.run())
    assert stage.statuses()[SALE] == ("succeeded" if stage.applied(SALE) else "unknown")


def test_failed_handshake_sent_nothing(scene):
    """A plain server behind an https address: the run waits for the dialer rather than spending a row."""
    stage = scene(sheet_rows(2, disposition="Sale"), settings="give_up_after_minutes = 0.001")
    config = stage.folder / "leadsync.toml"
    config.write_text(config.read_text().replace("http://", "https://"))
    ended = stage.run()
    stage.check(ended)
    assert ended.code == 4
    assert set(stage.statuses().values()) == {"unsent"}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("applied", [False, True])
def test_call_that_the_server_says_it_did_not_take_is_sent_again(scene, status, applied):
    """Nobody can help where a server applies what it says it did not take: those rows are sent in good faith."""
    stage = scene(sheet_rows(4))
    stage.strike(lead="L2", attempt=1, kind="http", status=status, applied=applied)
    ended = stage.run()
    assert ended.code == 0
    assert stage.statuses()[SALE] == "succeeded"
    assert stage.applied(SALE) == 1 + applied


@pytest.mark.parametrize("kind", ["slow", "drip"])
def test_late_answer_is_an_answer(scene, kind):
    stage = scene(sheet_rows(4))
    stage.strike(lead="L2", kind=kind, seconds=0.01)
    ended = stage.run()
    stage.check(ended)
    assert ended.code == 0


@pytest.mark.parametrize(
    ("code", "status", "applications", "exit_code"),
    [(103, "succeeded", 1, 0), (109, "succeeded", 1, 0), (110, "conflict", 0, 3), (104, "failed", 0, 3)],
)
def test_code_instead_of_the_change(scene, code, status, applications, exit_code):
    """103 and 109 are tried again, 110 and 104 never."""
    stage = scene(sheet_rows(2))
    stage.strike(lead="L2", attempt=1, kind="code", code=code)
    ended = stage.run()
    stage.check(ended)
    assert (ended.code, stage.statuses()[SALE], stage.applied(SALE)) == (exit_code, status, applications)


def test_refusal_of_a_change_that_was_made_all_the_same_shows_the_refusal(scene):
    stage = scene(sheet_rows(2))
    stage.strike(lead="L2", kind="code", code=106, applied=True)
    ended = stage.run()
    stage.check(ended)
    assert stage.statuses()[SALE] == "failed"


@pytest.mark.parametrize("status", [401, 403, 404, 405, 302])
def test_answer_that_settles_the_run_stops_it_and_one_resume_finishes(scene, status):
    stage = scene(sheet_rows(6, disposition="Sale"), slots=1)
    stage.strike(kind="http", status=status)
    ended = stage.run()
    stage.check(ended)
    assert ended.code == 4
    assert set(stage.statuses().values()) == {"unsent"}
    stage.dialer.faults.clear()
    stage.check(resumed := stage.finish())
    assert resumed.code == 0


@pytest.mark.parametrize("status", [401, 403, 404, 405, 302])
def test_one_row_that_is_refused_at_the_door_has_failed_and_the_others_go(scene, status):
    stage = scene(sheet_rows(6, disposition="Sale"), slots=1)
    stage.strike(kind="http", status=status, lead="L4")
    ended = stage.run()
    stage.check(ended)
    assert ended.code == 3
    assert stage.statuses() == {**dict.fromkeys(range(2, 8), "succeeded"), 4: "failed"}


def test_every_kind_of_fault_is_met_here():
    covered = {rule["kind"] for rule in AFTER_THE_REQUEST} | {"refuse", "slow", "drip", "code", "http"}
    assert covered | {"hang"} == set(FaultKind)
