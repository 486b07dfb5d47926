"""Other users of the machine: their settings, keys and folders decide nothing, and ours are closed to them."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import KEY, Desk
from tests.security.users import AS_ROOT, OTHER, POSIX

SHEET = ("Lead Id,FirstPhone,Outcome,Name", "1,0383218191,Sale,x")


@pytest.fixture(autouse=True)
def _no_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_UID", raising=False)


@pytest.fixture
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@AS_ROOT
@pytest.mark.parametrize("named", [True, False])
def test_settings_of_another_user_send_the_key_nowhere(desk: Desk, named: bool) -> None:
    dialer = desk.dialer()
    os.chown(desk.config, OTHER, OTHER)
    options = ["--config", desk.config] if named else []
    for command in (["run", desk.sheet("leads.csv", *SHEET)], ["campaigns"], ["init", "--check"]):
        done = desk.leadsync(*command, *options)
        assert done.code == 2
        assert "leadsync.toml belongs to another user, who decides by it where the API key goes; use" in done.err
        assert done.err.count("\n") == 1
    assert dialer.ledger.received == []


@AS_ROOT
def test_root_may_use_the_settings_of_its_caller_by_sudo(desk: Desk) -> None:
    desk.dialer()
    os.chown(desk.config, OTHER, OTHER)
    assert desk.leadsync("campaigns", SUDO_UID=str(OTHER)).code == 0


@POSIX
def test_settings_that_everybody_can_write_are_refused_with_the_remedy(desk: Desk) -> None:
    desk.dialer()
    desk.config.chmod(0o666)
    done = desk.leadsync("campaigns", "--config", desk.config)
    assert done.code == 2
    assert done.err.endswith(f"decide by it where the API key goes; protect it with: chmod go-w {desk.config}\n")
    desk.config.chmod(0o664)
    assert desk.leadsync("campaigns").code == 0


@AS_ROOT
@pytest.mark.parametrize(("owner", "mode"), [(OTHER, 0o755), (OTHER, 0o1777)])
def test_settings_in_a_folder_of_another_user_are_taken_only_if_they_are_named(
    desk: Desk, owner: int, mode: int
) -> None:
    desk.dialer()
    os.chown(desk.folder, owner, owner)
    desk.folder.chmod(mode)
    done = desk.leadsync("campaigns")
    assert done.code == 2
    assert done.err == (
        f"Other users can write into {desk.folder}, so its leadsync.toml is not taken unasked; if it is yours: "
        "--config leadsync.toml\n"
    )
    assert desk.leadsync("campaigns", "--config", "leadsync.toml").code == 0


@AS_ROOT
@pytest.mark.parametrize(("group", "mode"), [(0, 0o777), (0, 0o1777), (OTHER, 0o2770)])
def test_settings_in_an_open_folder_of_ones_own_are_taken_only_if_they_are_named(
    desk: Desk, group: int, mode: int
) -> None:
    # Another user can rename a report of this user, with headings made up for it, to leadsync.toml.
    dialer = desk.dialer()
    desk.config.chmod(0o600)
    os.chown(desk.folder, -1, group)
    desk.folder.chmod(mode)
    sheet = desk.sheet("leads.csv", *SHEET)
    for command in (["campaigns"], ["run", sheet]):
        done = desk.leadsync(*command)
        assert done.code == 2
        assert done.err == (
            f"Other users can write into {desk.folder}, so its leadsync.toml is not taken unasked; if it is yours: "
            "--config leadsync.toml\n"
        )
    assert dialer.ledger.received == []
    assert desk.leadsync("campaigns", "--config", "leadsync.toml").code == 0


@AS_ROOT
def test_settings_behind_a_link_of_another_user_are_not_taken_unasked(desk: Desk) -> None:
    desk.dialer()
    desk.config.rename(desk.folder / "report.csv")
    desk.config.symlink_to("report.csv")
    assert desk.leadsync("campaigns").code == 0
    os.lchown(desk.config, OTHER, OTHER)
    done = desk.leadsync("campaigns")
    assert done.code == 2
    assert "leadsync.toml is not taken unasked" in done.err


@AS_ROOT
def test_a_key_file_of_another_user_is_not_used(desk: Desk) -> None:
    key = desk.folder / "api-key"
    key.write_text(KEY)
    key.chmod(0o600)
    dialer = desk.dialer(settings=f'[server]\nurl = "@URL@"\napi_key_file = "{key}"\n')
    assert desk.leadsync("campaigns").code == 0
    os.chown(key, OTHER, OTHER)
    done = desk.leadsync("run", desk.sheet("leads.csv", *SHEET))
    assert done.code == 2
    assert "api-key ([server] api_key_file) belongs to another user; keep the API key in a file of yours." in done.err
    assert KEY not in done.err
    assert dialer.ledger.received == []


@AS_ROOT
def test_an_authority_that_another_user_can_change_vouches_for_no_dialer(desk: Desk) -> None:
    authority = desk.folder / "ca.pem"
    authority.touch()
    desk.dialer(settings=f'[server]\nurl = "@URL@"\nca_file = "{authority}"\n')
    os.chown(authority, OTHER, OTHER)
    done = desk.leadsync("campaigns")
    assert done.code == 2
    assert "ca.pem belongs to another user" in done.err


@POSIX
@pytest.mark.usefixtures("_open_umask")
@pytest.mark.parametrize("command", ["runs", "watch", "campaigns"])
def test_the_state_folder_is_closed_whichever_command_makes_it(desk: Desk, command: str) -> None:
    desk.dialer()
    desk.config.chmod(0o644)
    leads = desk.folder / "leads"
    leads.mkdir()
    assert desk.leadsync(command, *([leads, "--once"] if command == "watch" else [])).code == 0
    assert stat.S_IMODE(desk.state.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in desk.state.rglob("*")} <= {0}


@AS_ROOT
@pytest.mark.parametrize("harm", ["another's", "open"])
def test_a_state_folder_that_others_have_a_hand_in_is_refused(desk: Desk, harm: str) -> None:
    dialer = desk.dialer()
    desk.state.mkdir(mode=0o700)
    (desk.folder / "bashrc").write_text("precious")
    (desk.state / "told.json").symlink_to(desk.folder / "bashrc")
    if harm == "open":
        desk.state.chmod(0o777)
    else:
        os.chown(desk.state, OTHER, OTHER)
    before = {path.name for path in desk.state.iterdir()}
    (desk.folder / "leads").mkdir()
    sheet = desk.sheet("leads.csv", *SHEET)
    for command in (["run", sheet], ["runs"], ["watch", desk.folder / "leads", "--once"], ["campaigns"]):
        done = desk.leadsync(*command, LEADSYNC_NOTIFY_URLS="json://127.0.0.1:9/")
        assert done.code == 2, done.err
        assert f"The state folder {desk.state} cannot be used: " in done.err
        remedy = "protect it with chmod go-w" if harm == "open" else "run this as that user"
        assert f"; {remedy}, or choose another with --state." in done.err
    assert {path.name for path in desk.state.iterdir()} == before
    assert (desk.folder / "bashrc").read_text() == "precious"
    assert dialer.ledger.received == []


@AS_ROOT
def test_root_makes_no_state_folder_in_the_home_of_its_caller_by_sudo(desk: Desk) -> None:
    desk.dialer()
    home = desk.folder / "home"
    home.mkdir()
    os.chown(home, OTHER, OTHER)
    place = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "LEADSYNC_STATE": ""}
    done = desk.leadsync("runs", SUDO_UID=str(OTHER), **place)
    assert done.code == 2
    assert done.err == (
        f"Root would make the state folder {home / 'state' / 'leadsync'}, and shut out the user who called it by sudo; "
        "run this without sudo, or choose another with --state.\n"
    )
    assert list(home.iterdir()) == []
    assert desk.leadsync("--state", home / "named", "runs", SUDO_UID=str(OTHER), **place).code == 0
    assert desk.leadsync("runs", SUDO_UID="0", **place).code == 0


@AS_ROOT
def test_reports_go_into_no_folder_of_another_user(desk: Desk) -> None:
    dialer = desk.dialer()
    other = desk.folder / "others"
    other.mkdir()
    os.chown(other, OTHER, OTHER)
    other.chmod(0o777)
    sheet = desk.sheet("leads.csv", *SHEET)
    for command in (["run", sheet], ["check", sheet]):
        done = desk.leadsync(*command, "--output", other)
        assert done.code == 2
        assert f"No report can be written into {other}: it belongs to another user; nothing was sent." in done.err
    shutil.copy(sheet, other)
    assert desk.leadsync("run", other / "leads.csv").code == 2
    assert [path.name for path in other.iterdir()] == ["leads.csv"]
    assert dialer.ledger.received == []


@POSIX
@pytest.mark.parametrize("mode", [0o1777, 0o2775])
def test_a_sheet_in_a_folder_that_others_can_write_into_is_sent(desk: Desk, mode: int) -> None:
    desk.dialer()
    shared = desk.folder / "shared"
    shared.mkdir()
    shared.chmod(mode)
    sheet = Path(shutil.copy(desk.sheet("leads.csv", *SHEET), shared))
    done = desk.leadsync("run", sheet, "--json")
    assert done.code == 0, done.err
    assert Path(done.json["files"]["report"]).parent == shared


@POSIX
def test_a_report_replaces_a_link_that_was_planted_in_its_place(desk: Desk) -> None:
    desk.dialer()
    (desk.folder / "bashrc").write_text("precious")
    sheet = desk.sheet("leads.csv", *SHEET)
    run = desk.leadsync("run", sheet, "--json").json
    report = Path(run["files"]["report"])
    report.unlink()
    report.symlink_to(desk.folder / "bashrc")
    assert desk.leadsync("report", run["run"]).code == 0
    assert (desk.folder / "bashrc").read_text() == "precious"
    assert report.is_file()
    assert not report.is_symlink()


@POSIX
@pytest.mark.parametrize("there", [True, False])
def test_a_checked_sheet_is_not_written_through_a_link(desk: Desk, there: bool) -> None:
    desk.dialer()
    target = desk.folder / "bashrc"
    if there:
        target.write_text("precious")
    (desk.folder / "checked.csv").symlink_to(target)
    done = desk.leadsync("check", desk.sheet("leads.csv", *SHEET), "--output", desk.folder / "checked.csv")
    assert done.code == 2
    assert "is there already, and is not as `leadsync check` wrote it" in done.err
    assert (target.read_text() if target.exists() else None) == ("precious" if there else None)


@POSIX
def test_a_log_is_not_written_through_a_link(desk: Desk) -> None:
    desk.dialer()
    (desk.folder / "bashrc").write_text("precious")
    (desk.folder / "log").symlink_to(desk.folder / "bashrc")
    done = desk.leadsync("runs", "--log-file", desk.folder / "log")
    assert done.code == 2
    assert (
        done.err == f"The log file {desk.folder}/log cannot be written: it is a link; choose another with --log-file.\n"
    )
    assert (desk.folder / "bashrc").read_text() == "precious"


@POSIX
def test_figures_are_written_through_no_link_and_stay_readable_for_their_collector(desk: Desk) -> None:
    desk.dialer()
    (desk.folder / "bashrc").write_text("precious")
    figures = desk.folder / "leadsync.prom"
    figures.symlink_to(desk.folder / "bashrc")
    assert desk.leadsync("run", desk.sheet("leads.csv", *SHEET), "--metrics-file", figures).code == 0
    assert (desk.folder / "bashrc").read_text() == "precious"
    assert stat.S_IMODE(figures.lstat().st_mode) == 0o644


@POSIX
def test_new_settings_are_not_written_through_a_link(desk: Desk) -> None:
    (desk.folder / "leadsync.toml").symlink_to(desk.folder / "new")
    assert desk.leadsync("init", "--url", "https://pbx.example.com").code == 0
    assert not (desk.folder / "new").exists()
    assert not (desk.folder / "leadsync.toml").is_symlink()
