"""Bodies of answers, unpacked and read within bounds."""

import gzip
import zlib

import pytest

from leadsync.dialer.bodies import NOT_UNPACKED, Members, only, parsed, unpacked

TEXT = b'{"code": 0}'


def raw_deflate(text: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(text) + packing.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0)),
        (" X-GZIP ", gzip.compress(TEXT, mtime=0)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
    ],
)
def test_the_packings_of_servers_are_undone(encoding: str, body: bytes) -> None:
    assert unpacked(encoding, body) == TEXT


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("br", TEXT),
        ("gzip", TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0)[:-9]),
        ("deflate", b""),
        ("gzip, gzip", gzip.compress(TEXT, mtime=0)),
    ],
)
def test_a_broken_or_unknown_packing_is_no_text(encoding: str, body: bytes) -> None:
    assert unpacked(encoding, body) == NOT_UNPACKED


def test_a_bomb_is_cut_behind_the_bound() -> None:
    assert unpacked("gzip", gzip.compress(bytes(1_000_000)), longest=100) == bytes(101)


def test_repeated_names_stay_repeated() -> None:
    assert parsed('{"code": 0, "code": 104, "a": {"b": 1}}') == Members(
        [("code", 0), ("code", 104), ("a", Members([("b", 1)]))]
    )


@pytest.mark.parametrize("text", ["", "{", "{'code': 0}", b"\xff", "[" * 100_000])
def test_other_texts_are_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(text)


def test_json_in_utf_16_is_read() -> None:
    assert parsed('{"code": 0}'.encode("utf-16-le")) == [("code", 0)]


@pytest.mark.parametrize(
    ("members", "value"),
    [
        ([], None),
        ([("codes", 1)], None),
        ([("code", 0)], 0),
        ([("Code", 104), ("x", 1)], 104),
        ([("code", 0), ("Code", 0)], False),
        ([("code", None)], None),
    ],
)
def test_a_name_counts_once_and_in_two_spellings(members: list[tuple[str, object]], value: object) -> None:
    assert only(Members(members), "code") is value
