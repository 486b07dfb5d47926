"""No value of a secret file stands in a message, a log or a report, whatever is wrong with the file."""

from pathlib import Path

import pytest

from tests.conftest import Desk
from tests.security.users import POSIX

MARK = "Mark8271Secret"
"""A piece of the secret, long enough to be told from anything else."""
SHEET = ("Lead Id,FirstPhone,Outcome,Name", "1,0383218191,Sale,x")
SHAPES = {
    "two lines": f"{MARK}1\n{MARK}2\n",
    "a bell": f"{MARK}\a",
    "a blank": f"{MARK} {MARK}",
    "an escape": f"\x1b[31m{MARK}",
    "not UTF-8": MARK.encode() + b"\xff\xe9",
    "UTF-16": MARK.encode("utf-16"),
    "NULs": f"\0{MARK}\0",
    "a setting": f'api_key = "{MARK}"\n',
    "an assignment": f"LEADSYNC_API_KEY={MARK}\n",
    "quoted": f'"{MARK}"',
    "a table twice": f"[{MARK}]\n[{MARK}]\n",
    "a name twice": f"{MARK} = 1\n{MARK} = 2\n",
    "an open text": f'key = "{MARK}',
    "brackets": "x = " + "[" * 5000 + MARK,
    "a number of 5,000 digits": f"x = {'9' * 5000}\n# {MARK}",
    "an address": f"https://user:{MARK}@example.com/",
    "an address of no service": f"{MARK}://{MARK}/{MARK}",
    "no colon": MARK,
    "a service with a bad address": f"mailto://{MARK}:{MARK}@",
    "a service that nobody answers": f"json://user:{MARK}@127.0.0.1:9/{MARK}",
}


@pytest.fixture(params=SHAPES.values(), ids=SHAPES.keys())
def secret(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_bytes(request.param if isinstance(request.param, bytes) else request.param.encode())
    path.chmod(0o600)
    return path


def clean(desk: Desk, *arguments: str | Path, **environment: str) -> None:
    """Run a command with its whole log, and look for the mark in all that it leaves."""
    desk.leadsync("runs")
    log = desk.folder / "log"
    for more in ([], ["--json"]):
        done = desk.leadsync(*arguments, "-vv", "--log-file", log, *more, **environment)
        assert done.out + done.err, "nothing at all was said"
        assert MARK not in done.out + done.err + log.read_text("utf-8")
        assert "leadsync itself failed" not in done.err
    left = [path for path in desk.folder.rglob("*") if path.is_file() and path.name != "secret"]
    assert not [path for path in left if MARK.encode() in path.read_bytes()]


def test_the_file_of_the_key(desk: Desk, secret: Path) -> None:
    desk.dialer(settings=f'[server]\nurl = "@URL@"\napi_key_file = "{secret}"\n')
    clean(desk, "run", desk.sheet("leads.csv", *SHEET))
    clean(desk, "campaigns")


@pytest.mark.parametrize(
    ("size", "said"), [(1001, "longer than 1,000 characters"), (70_000, "too long for the API key")]
)
def test_a_file_that_is_too_long_for_a_key(desk: Desk, tmp_path: Path, size: int, said: str) -> None:
    path = tmp_path / "long"
    path.write_text(MARK + "x" * (size - len(MARK)))
    path.chmod(0o600)
    desk.dialer(settings=f'[server]\nurl = "@URL@"\napi_key_file = "{path}"\n')
    done = desk.leadsync("campaigns")
    assert (done.code, said in done.err, MARK in done.err) == (2, True, False)


@POSIX
def test_the_file_of_the_key_that_others_can_read(desk: Desk, secret: Path) -> None:
    secret.chmod(0o644)
    desk.dialer(settings=f'[server]\nurl = "@URL@"\napi_key_file = "{secret}"\n')
    clean(desk, "campaigns")


def test_the_file_of_the_addresses_of_messages(desk: Desk, secret: Path) -> None:
    desk.dialer(settings=f'[notify]\nurls_file = "{secret}"\n')
    clean(desk, "init", "--check")
    clean(desk, "run", desk.sheet("bad.csv", "Nothing", "x"))


def test_the_addresses_of_messages_in_the_environment(desk: Desk, secret: Path) -> None:
    desk.dialer()
    text = secret.read_bytes().decode("utf-8", "surrogateescape").replace("\0", "")
    clean(desk, "init", "--check", LEADSYNC_NOTIFY_URLS=text)


def test_a_secret_named_as_the_authoritys_file(desk: Desk, secret: Path) -> None:
    desk.dialer(settings=f'[server]\nurl = "https://127.0.0.1:9"\nca_file = "{secret}"\n')
    clean(desk, "campaigns")


@pytest.mark.parametrize("shape", sorted(SHAPES.keys() - {"a setting", "a name twice", "a table twice"}))
def test_a_secret_named_as_the_settings(desk: Desk, tmp_path: Path, shape: str) -> None:
    """All but a text that is settings: an unknown name is named, and its value is not."""
    path = tmp_path / "secret"
    text = SHAPES[shape]
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    clean(desk, "campaigns", "--config", path)


@pytest.mark.parametrize("shape", ["a setting", "a name twice", "a table twice", "an open text"])
def test_what_is_wrong_with_toml_is_told_by_its_place(desk: Desk, tmp_path: Path, shape: str) -> None:
    path = tmp_path / "secret"
    path.write_text(str(SHAPES[shape]))
    clean(desk, "campaigns", "--config", path)


@pytest.mark.parametrize("setting", ["api_key_env", "api_key_file"])
@pytest.mark.parametrize("key", [MARK, MARK.upper(), f"{MARK}-{MARK}", f"{MARK}/{MARK}", f"/{MARK}", MARK * 30])
def test_the_key_where_its_place_should_be_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, setting: str, key: str
) -> None:
    if key.isupper():
        monkeypatch.setattr("tests.security.test_secrets.MARK", key)
    desk.dialer(settings=f'[server]\nurl = "@URL@"\n{setting} = "{key}"\n')
    desk.config.rename(desk.folder / "secret")
    clean(desk, "campaigns", "--config", desk.folder / "secret")


@pytest.mark.parametrize("setting", ["api_key_env", "api_key_file"])
def test_a_request_does_not_show_the_key_where_its_place_should_be_named(desk: Desk, setting: str) -> None:
    desk.dialer()
    run = desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--json").json["run"]
    text = desk.config.read_text("utf-8")
    desk.config.write_text(text.replace("[server]\n", f'[server]\n{setting} = "{MARK}-{MARK}"\n'), "utf-8")
    desk.config.rename(desk.folder / "secret")
    shown = desk.leadsync("request", run, "--row", "2", "--config", desk.folder / "secret")
    assert '"$LEADSYNC_API_KEY"' in shown.out
    clean(desk, "request", run, "--row", "2", "--config", desk.folder / "secret")


@pytest.mark.parametrize("variable", ["LEADSYNC_SERVER", "LEADSYNC_RETRY__ATTEMPTS", "LEADSYNC_SERVER__URL"])
def test_a_secret_in_a_variable_of_the_settings(desk: Desk, variable: str) -> None:
    desk.dialer()
    clean(desk, "campaigns", **{variable: f'{{"url": "{MARK}'})
