"""Faults of a command line: one plain sentence each."""

import pytest

from tests.conftest import Desk

GOOD = ("Lead Id,FirstPhone,Outcome", "1,0383218199,Sale")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "x.csv", "--limit", "x"], "--limit takes a whole number from 1 on; HELP"),
        (["run", "x.csv", "--limit", "0"], "--limit takes a whole number from 1 on; HELP"),
        (["run", "x.csv", "--format", "pdf"], "--format takes csv or xlsx; HELP"),
        (["run", "x.csv", "--output", "x.csv"], "--output takes a folder, not a file; HELP"),
        (["run", "x.csv", "--limt", "5"], "There is no option --limt; --limit or --delimiter may be meant."),
        (["run", "x.csv", "--until", "25"], "--until: 25 is no time of day; write it like 08:00."),
        (["run", "x.csv", "--limit"], "Option '--limit' requires an argument."),
        (["run"], "FILE is missing; HELP"),
        (["request", "1"], "--row is missing; HELP"),
        (["request", "1", "--row", "9" * 20], "--row takes a whole number from 1 to 999999999; HELP"),
        (["resolve", "1", "--row", str(2**63), "--send"], "--row takes a whole number from 1 to 999999999; HELP"),
        (["show", "1", "--code", "x"], "--code takes a whole number from -999999999 to 999999999; HELP"),
        (["watch", ".", "--every", "0"], "--every takes a number from 1 on; HELP"),
        (["simulate", "--port", "99999"], "--port takes a whole number from 0 to 65535; HELP"),
        (["rum", "x.csv"], "There is no command rum; run or resume may be meant."),
        (["fly"], "There is no command fly; `leadsync --help` lists them."),
        (
            ["init", "--url", "foo"],
            "A dialer's address looks like https://pbx.example.com or 192.168.1.20:8443, and foo does not.",
        ),
    ],
)
def test_what_is_wrong_with_a_command_is_one_plain_sentence(desk: Desk, arguments: list[str], sentence: str) -> None:
    desk.sheet("x.csv", *GOOD)
    sentence = sentence.replace("HELP", f"`leadsync {arguments[0]} --help` tells more.")
    done = desk.leadsync(*arguments)
    assert (done.code, done.err) == (2, f"{sentence}\n")
    assert desk.leadsync(*arguments, "--json").json == {"error": sentence} or arguments[-1] == "--limit"
