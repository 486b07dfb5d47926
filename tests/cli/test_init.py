"""The first day, at a terminal: from nothing to a checked sheet, with a practice dialer on the other side."""

import os
import signal
import stat
import sys
import tomllib
from pathlib import Path

import pytest
import xlsxwriter

from tests.conftest import KEY, Desk

if sys.platform == "win32":
    pytest.skip("file modes are POSIX's, and so are its terminals", allow_module_level=True)

import pexpect

SHEET = (
    "Customer No,Full Name,Phone 1,Mobile,Outcome,Call Back Date,Notes",
    *(f"C{n},Jane Smith,(03) 8321 819{n},0412 345 67{n},Sale,24/11/2031 14:30,likes tea" for n in range(5)),
)


class Terminal:
    """leadsync at a terminal; what it asks is waited for, and what it says is kept."""

    def __init__(self, folder: Path, environment: dict[str, str], *arguments: str) -> None:
        self.child = pexpect.spawn(
            sys.executable, ["-m", "leadsync", *arguments],
            cwd=str(folder), env=environment, encoding="utf-8", timeout=60, dimensions=(60, 200),
        )  # fmt: skip
        self.said = ""

    def answer(self, question: str, answer: str) -> None:
        self.child.expect_exact(question)
        self.said += self.child.before + question
        self.child.sendline(answer)

    def end(self) -> int:
        self.child.expect(pexpect.EOF)
        self.said += self.child.before
        # Closing would kill a process that is still at its end.
        self.child.wait()
        self.child.close()
        code = self.child.exitstatus
        return -int(self.child.signalstatus) if code is None else int(code)


@pytest.fixture
def home(desk: Desk) -> dict[str, str]:
    """An environment without a key, in a home of its own and without a keyring."""
    mine = {
        **desk.environment,
        "HOME": str(desk.folder),
        "XDG_CONFIG_HOME": str(desk.folder / "config"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    del mine["LEADSYNC_API_KEY"]
    return mine


def test_from_nothing_to_a_checked_sheet(desk: Desk, home: dict[str, str]) -> None:
    dialer = desk.dialer()
    url = tomllib.loads(desk.config.read_text())["server"]["url"]
    desk.config.unlink()
    desk.sheet("leads.csv", *SHEET)
    terminal = Terminal(desk.folder, home, "init", "leads.csv")
    terminal.answer("The dialer's address", "ftp://nowhere")
    terminal.answer("The dialer's address", "foo")
    terminal.answer("The dialer's address", url)
    terminal.answer("The API key", "a-wrong-one")
    terminal.answer("check the key, then try again", "y")
    terminal.answer("The dialer's address", url.removeprefix("http://"))
    terminal.answer("The API key", KEY)
    terminal.answer("Where do the leads go?", "x")
    terminal.answer("x is no whole number from 1 to 4.", "")
    terminal.answer("The timezone of the sheet's dates", "Melbourne")
    terminal.answer("The timezone of the sheet's dates", "")
    terminal.answer("The country of phone numbers", "")
    terminal.answer("Is that right?", "y")
    terminal.answer("In which order are they written?", "")
    terminal.answer("Where is the API key to be kept?", "1")
    assert terminal.end() == 0, terminal.said
    said = terminal.said
    assert "Dates of the sheet: 24/11/2031 14:30" in said
    assert "and foo does not." in said
    assert "API key was refused" in said
    assert "leadsync resume" not in said
    assert "Outbound sales (41) / Spring renewals (41) / Main list (38)" in said
    assert "5 rows: 5 to send, 0 rejected" in said, "the sheet is checked"
    assert "leadsync run leads.csv --limit 5" in said
    assert "The dialer is taken to have 16 hardware threads; if not, change hardware_threads in leadsync.toml." in said
    assert KEY not in said
    settings = tomllib.loads(desk.config.read_text("utf-8"))
    assert settings["campaign"]["template_id"] == 41
    assert (settings["campaign"]["campaign_id"], settings["campaign"]["allocation_id"]) == (41, 38)
    assert settings["columns"] == {
        "Customer No": "njExternalLeadId",
        "Phone 1": "FirstPhone",
        "Mobile": "SecondPhone",
    }
    assert settings["input"]["phone_fields"] == ["FirstPhone", "SecondPhone"]
    file = Path(settings["server"]["api_key_file"])
    assert file.read_text().strip() == KEY
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert KEY not in desk.config.read_text("utf-8")
    assert "# " in desk.config.read_text("utf-8")
    assert dialer.ledger.as_json()["received"] == []

    def later(*arguments: str) -> Terminal:
        return Terminal(desk.folder, home, *arguments)

    tried = later("init", "--check")
    assert tried.end() == 0, tried.said
    sent = later("run", "leads.csv", "--limit", "2")
    sent.answer("Send 2 rows", "y")
    assert sent.end() == 0, sent.said
    assert [dict(one.fields) for one in dialer.ledger.received if one.lead == "C0"] == [
        {
            "Full Name": "Jane Smith",
            "FirstPhone": "0383218190",
            "SecondPhone": "0412345670",
            "njDisposition": "Sale",
            "njCallBackDate": "2031/11/24 14:30",
            "Notes": "likes tea",
        }
    ]


def test_the_key_of_the_environment_is_taken_and_the_columns_can_be_changed(desk: Desk, home: dict[str, str]) -> None:
    desk.dialer()
    url = tomllib.loads(desk.config.read_text())["server"]["url"]
    desk.config.unlink()
    desk.sheet("leads.csv", "Who,Nummer,Result", *(f"A{n},038321819{n},Sale" for n in range(5)))
    terminal = Terminal(desk.folder, {**home, "LEADSYNC_API_KEY": KEY}, "init", "--url", url)
    terminal.answer("Where do the leads go?", "2")
    terminal.answer("The timezone of the sheet's dates", "Australia/Perth")
    terminal.answer("The country of phone numbers", "nz")
    terminal.answer("A sheet of leads to look at", "nowhere.csv")
    terminal.answer("A sheet of leads to look at", "leads.csv")
    terminal.answer("Which column holds the outcome of the call?", "2")
    terminal.answer("Which column holds it?", "2")
    terminal.answer("Is that right?", "n")
    terminal.answer("Who", "")
    terminal.answer("Nummer", "FirstPhone")
    terminal.answer("Result", "njDisposition")
    terminal.answer("Which of the fields are phone numbers?", "FirstPhone")
    assert terminal.end() == 0, terminal.said
    assert "5 rejected" in terminal.said, "these are no numbers of New Zealand"
    settings = tomllib.loads(desk.config.read_text("utf-8"))
    assert settings["campaign"]["allocation_id"] == 39
    assert (settings["input"]["timezone"], settings["input"]["region"]) == ("Australia/Perth", "nz")
    assert settings["columns"] == {"Who": "njExternalLeadId", "Nummer": "FirstPhone", "Result": "njDisposition"}
    assert settings["server"]["api_key_env"] == "LEADSYNC_API_KEY"


KEYRING = """
import pathlib
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 1
    file = pathlib.Path(__file__).with_name("kept")

    def set_password(self, service, user, password):
        self.file.write_text(f"{service}/{user}/{password}")

    def get_password(self, service, user):
        kept = self.file.read_text().split("/")
        return kept[2] if kept[:2] == [service, user] else None
"""


def test_the_key_goes_into_the_keyring_where_there_is_one(desk: Desk, home: dict[str, str]) -> None:
    desk.dialer()
    url = tomllib.loads(desk.config.read_text())["server"]["url"]
    desk.config.unlink()
    (desk.folder / "made_up_keyring.py").write_text(KEYRING)
    with_keyring = {
        **home,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(desk.folder), home.get("PYTHONPATH")))),
        "PYTHON_KEYRING_BACKEND": "made_up_keyring.Keyring",
    }
    terminal = Terminal(desk.folder, with_keyring, "init", "--url", url)
    terminal.answer("The API key", KEY)
    terminal.answer("Where do the leads go?", "")
    terminal.answer("The timezone of the sheet's dates", "")
    terminal.answer("The country of phone numbers", "")
    terminal.answer("A sheet of leads to look at", "")
    terminal.answer("Where is the API key to be kept?", "1")
    assert terminal.end() == 0, terminal.said
    assert tomllib.loads(desk.config.read_text("utf-8"))["server"]["api_key_keyring"] == "leadsync"
    assert (desk.folder / "kept").read_text() == f"leadsync/api-key/{KEY}"
    tried = Terminal(desk.folder, with_keyring, "init", "--check")
    assert tried.end() == 0, tried.said


@pytest.mark.parametrize(("keep", "kept"), [("n", False), ("y", True)])
def test_a_key_that_the_dialer_refuses_is_kept_only_if_the_user_says_so(
    desk: Desk, home: dict[str, str], keep: str, *, kept: bool
) -> None:
    desk.dialer()
    url = tomllib.loads(desk.config.read_text())["server"]["url"]
    desk.config.unlink()
    ids = ("--template-id", "41", "--campaign-id", "41", "--allocation-id", "38")
    terminal = Terminal(desk.folder, home, "init", "--url", url, *ids)
    terminal.answer("The API key", "a-wrong-one")
    terminal.answer("check the key, then try again", "n")
    terminal.answer("The timezone of the sheet's dates", "")
    terminal.answer("The country of phone numbers", "")
    terminal.answer("A sheet of leads to look at", "")
    terminal.answer("Keep the key, though the dialer has not taken it?", keep)
    if kept:
        terminal.answer("Where is the API key to be kept?", "1")
    assert terminal.end() == 0, terminal.said
    file = desk.folder / "config" / "leadsync" / "api-key"
    assert file.exists() == kept
    server = tomllib.loads(desk.config.read_text("utf-8"))["server"]
    assert bool(server["api_key_file"]) == kept
    assert ("export LEADSYNC_API_KEY=" in terminal.said) != kept


def test_ctrl_c_after_the_key_leaves_no_key_behind(desk: Desk, home: dict[str, str]) -> None:
    desk.dialer()
    url = tomllib.loads(desk.config.read_text())["server"]["url"]
    desk.config.unlink()
    terminal = Terminal(desk.folder, home, "init", "--url", url)
    terminal.answer("The API key", KEY)
    terminal.answer("Where do the leads go?", "")
    terminal.child.expect_exact("The timezone of the sheet's dates")
    for _ in range(5):
        terminal.child.sendintr()
        if terminal.child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1) == 0:
            break
    assert terminal.end() in (130, -signal.SIGINT), "the same to a shell"
    assert not desk.config.exists()
    assert not (desk.folder / "config" / "leadsync").exists()


def test_ctrl_c_leaves_nothing_behind(desk: Desk, home: dict[str, str]) -> None:
    terminal = Terminal(desk.folder, home, "init")
    terminal.child.expect_exact("The dialer's address")
    for _ in range(5):
        # Python can miss one that comes just before it begins to read; a person presses it once more.
        terminal.child.sendintr()
        if terminal.child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1) == 0:
            break
    # A shell tells both alike: a second Ctrl-C ends the process at once.
    assert terminal.end() in (130, -signal.SIGINT)
    assert not desk.config.exists()


def test_without_a_terminal_a_sheet_is_looked_at_and_nothing_is_asked(desk: Desk) -> None:
    sheet = desk.sheet("leads.csv", *SHEET)
    done = desk.process("init", sheet, "--url", "https://pbx.example.org")
    assert done.code == 0, done.err
    settings = tomllib.loads(desk.config.read_text("utf-8"))
    assert settings["columns"] == {
        "Customer No": "njExternalLeadId",
        "Phone 1": "FirstPhone",
        "Mobile": "SecondPhone",
    }
    assert "5 rows: 5 to send" in done.out


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("localhost", "http://localhost"),
        ("pbx.example.org", "https://pbx.example.org"),
        ("10.0.0.5:8443", "https://10.0.0.5:8443"),
    ],
)
def test_an_address_without_a_scheme(desk: Desk, given: str, kept: str) -> None:
    assert desk.leadsync("init", "--url", given).code == 0
    assert tomllib.loads(desk.config.read_text("utf-8"))["server"]["url"] == kept


def test_an_option_that_is_wrong_is_named(desk: Desk) -> None:
    done = desk.leadsync("init", "--url", "ftp://pbx.example.org")
    assert done.code == 2
    assert done.err.startswith("--url: [server] url is the dialer's address: it has to begin with https://")
    assert not desk.config.exists()


def test_without_a_terminal_settings_are_written_though_the_sheet_names_no_external_id(desk: Desk) -> None:
    done = desk.process("init", desk.sheet("leads.csv", "Name,Mobile", "Jane,0412345678"))
    assert done.code == 0, done.err
    assert "No column holds the leads' external id" in done.err
    assert "Once that is put right: leadsync check" in done.err
    assert "To try five rows" not in done.err
    assert desk.config.exists()


def workbook_of_two(folder: Path, first: str = "North") -> Path:
    path = folder / "leads.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in (first, "Far South"):
            page = book.add_worksheet(name)
            page.write_row(0, 0, ["Lead Id", "Mobile"])
            page.write_row(1, 0, [name, "0412345678"])
    return path


def test_without_a_terminal_a_file_that_cannot_be_read_leaves_nothing(desk: Desk) -> None:
    done = desk.process("init", workbook_of_two(desk.folder))
    assert done.code == 2
    assert "'North'" in done.err
    assert not desk.config.exists()


def test_which_sheet_is_asked_before_anything_else(desk: Desk, home: dict[str, str]) -> None:
    desk.dialer()
    url = tomllib.loads(desk.config.read_text())["server"]["url"]
    desk.config.unlink()
    workbook_of_two(desk.folder)
    terminal = Terminal(desk.folder, {**home, "LEADSYNC_API_KEY": KEY}, "init", "leads.xlsx", "--url", url)
    terminal.answer("Which sheet?", "South")
    assert "Where do the leads go?" not in terminal.said
    terminal.answer("there is no sheet 'South'", "Far South")
    terminal.answer("Where do the leads go?", "1")
    terminal.answer("The timezone of the sheet's dates", "")
    terminal.answer("The country of phone numbers", "")
    terminal.answer("Is that right?", "y")
    assert terminal.end() == 0, terminal.said
    assert "1 row: 1 to send" in terminal.said
    assert 'leadsync run leads.xlsx --sheet "Far South" --limit 5' in terminal.said


def test_a_sheets_name_may_hold_words_of_a_message(desk: Desk, home: dict[str, str]) -> None:
    desk.dialer()
    workbook_of_two(desk.folder, "A; name the one to read")
    terminal = Terminal(desk.folder, {**home, "LEADSYNC_API_KEY": KEY}, "init", "leads.xlsx")
    terminal.answer("Which sheet?", "A; name the one to read")
    assert "more than one sheet with data: 'A; name the one to read', 'Far South'\r\n" in terminal.said
    assert "such as --sheet" not in terminal.said
    terminal.answer("Is that right?", "y")
    assert terminal.end() == 0, terminal.said


def test_check_tries_key_dialer_ids_updates_and_messages(desk: Desk) -> None:
    desk.dialer(settings="[campaigns.winback]\ncampaign_id = 42\nallocation_id = 40\n")
    done = desk.leadsync("init", "--check", "--json")
    assert done.code == 0, done.err
    assert set(done.json["tried"]) == {"key", "dialer", "ids", "updates", "journal"}
    assert str(desk.state / "journal.sqlite3") in done.json["tried"]["journal"]
    assert "'Win-back'" in done.json["tried"]["ids"]
    bad = desk.leadsync("init", "--check", LEADSYNC_NOTIFY_URLS="nonsense://x")
    assert bad.code == 2
    assert "0 of 1 address." in bad.out


def test_check_says_that_the_provider_of_logins_is_away(desk: Desk) -> None:
    desk.dialer(settings='[web.oidc]\nissuer = "http://127.0.0.1:1"\nclient_id = "leadsync"\n')
    done = desk.leadsync("init", "--check", "--json", LEADSYNC_OIDC_SECRET="s3cret")
    assert done.code == 2
    [problem] = done.json["problems"]
    assert problem.startswith("The provider at http://127.0.0.1:1 cannot be reached (connection refused);")
    assert "logins" not in done.json["tried"]


@pytest.mark.parametrize(
    ("settings", "environment", "code", "words"),
    [
        ("", {"LEADSYNC_API_KEY": "wrong"}, 4, "API key was refused"),
        ("", {"LEADSYNC_API_KEY": ""}, 2, "holds no API key"),
        ("[campaign]\ntemplate_id = 41\ncampaign_id = 41\nallocation_id = 777\n", {}, 2, "allocation 777"),
        ("[campaigns.other]\ncampaign_id = 5\n", {}, 2, "[campaigns.other]"),
        ("", {"LEADSYNC_SERVER__URL": "http://127.0.0.1:1"}, 4, "cannot be reached"),
    ],
)
def test_check_says_what_is_not_well(
    desk: Desk, settings: str, environment: dict[str, str], code: int, words: str
) -> None:
    desk.dialer(settings=settings)
    done = desk.leadsync("init", "--check", **environment)
    assert done.code == code, done.err
    assert words in done.err


def test_columns_corrected_by_hand_are_phones_too(desk: Desk, home: dict[str, str]) -> None:
    desk.dialer()
    url = tomllib.loads(desk.config.read_text())["server"]["url"]
    desk.config.unlink()
    desk.sheet(
        "leads.csv", "Job,First Name,Mobile,Home Phone", *(f"C{n},A{n},041234567{n},038321819{n}" for n in range(5))
    )
    terminal = Terminal(desk.folder, {**home, "LEADSYNC_API_KEY": KEY}, "init", "leads.csv", "--url", url)
    terminal.answer("Where do the leads go?", "1")
    terminal.answer("The timezone of the sheet's dates", "")
    terminal.answer("The country of phone numbers", "")
    terminal.answer("Which column holds it?:", "1")
    terminal.answer("Is that right?", "n")
    terminal.answer("Job ", "")
    terminal.answer("First Name", "")
    terminal.answer("[FirstPhone]", "SecondPhone")
    terminal.answer("[SecondPhone]", "FirstPhone")
    terminal.answer("[SecondPhone, FirstPhone]", "Mobile")
    terminal.answer("[SecondPhone, FirstPhone]", "")
    assert terminal.end() == 0, terminal.said
    assert "No column fills Mobile." in terminal.said
    settings = tomllib.loads(desk.config.read_text("utf-8"))
    assert settings["columns"] == {"Job": "njExternalLeadId", "Mobile": "SecondPhone", "Home Phone": "FirstPhone"}
    assert settings["input"]["phone_fields"] == ["SecondPhone", "FirstPhone"]


def test_a_second_sheet_adds_its_columns_to_the_settings(desk: Desk, home: dict[str, str]) -> None:
    desk.dialer(settings='# of our own\n[columns]\n"Customer No" = "njExternalLeadId"\n')
    before = tomllib.loads(desk.config.read_text("utf-8"))
    desk.sheet(
        "other.csv",
        "Account No,Mobile,Wrap Code,Follow Up",
        *(f"A{n},041234567{n},Sale,03/0{n}/2031" for n in range(1, 4)),
    )
    terminal = Terminal(desk.folder, {**home, "LEADSYNC_API_KEY": KEY}, "init", "other.csv")
    terminal.answer("Which column holds the outcome of the call?", "")
    terminal.answer("Which column holds the date to call back?", "")
    terminal.answer("Is that right?", "y")
    terminal.answer("In which order are they written?", "2")
    assert terminal.end() == 0, terminal.said
    assert "Added the columns to [mappings.other] in" in terminal.said
    assert 'date_order = "mdy" in [input] counts for every sheet from now on; it was "dmy".' in terminal.said
    after = tomllib.loads(desk.config.read_text("utf-8"))
    assert after["columns"] == {"Customer No": "njExternalLeadId"}
    assert after["mappings"]["other"] == {
        "Account No": "njExternalLeadId",
        "Mobile": "FirstPhone",
        "Wrap Code": "njDisposition",
        "Follow Up": "njCallBackDate",
    }
    assert after["input"] == {"date_order": "mdy"}
    assert (after["server"], after["campaign"]) == (before["server"], before["campaign"])
    assert "# of our own" in desk.config.read_text("utf-8")


def test_a_sheet_with_a_mapping_adds_its_columns_there(desk: Desk, home: dict[str, str]) -> None:
    present = '[mappings.crm]\n"Account No" = "njExternalLeadId"\n\n[input]\nphone_fields = ["Landline"]\n'
    desk.dialer(settings=present)
    lines = (f"A{n},041234567{n},Sale,2{n}/03/2031,blue" for n in range(1, 4))
    desk.sheet("other.csv", "Account No,Mobile,Wrap Code,Follow Up,Colour", *lines)
    terminal = Terminal(desk.folder, {**home, "LEADSYNC_API_KEY": KEY}, "init", "other.csv")
    terminal.answer("Which column holds the outcome of the call?", "2")
    terminal.answer("Which column holds the date to call back?", "1")
    terminal.answer("Is that right?", "n")
    terminal.answer("Account No", "")
    terminal.answer("Mobile", "")
    terminal.answer("Wrap Code", "njResult")
    terminal.answer("Follow Up", "")
    terminal.answer("Colour", "-")
    terminal.answer("Which of the fields are phone numbers?", "")
    terminal.answer("Which column holds the outcome of the call?", "1")
    terminal.answer("Which column holds the date to call back?", "1")
    terminal.answer("Is that right?", "y")
    assert terminal.end() == 0, terminal.said
    assert "The dialer has no field njResult; its fields are" in terminal.said.replace("\r\n", " ")
    assert "Added the columns to [mappings.crm] in" in terminal.said
    assert "In which order" not in terminal.said, "one order fits, and the settings say it"
    after = tomllib.loads(desk.config.read_text("utf-8"))
    assert after["mappings"] == {
        "crm": {
            "Account No": "njExternalLeadId",
            "Mobile": "Landline",
            "Wrap Code": "njDisposition",
            "Follow Up": "njCallBackDate",
        }
    }
    assert after["input"]["phone_fields"] == ["Landline"]
    assert "3 rows: 3 to send" in terminal.said


def test_the_time_of_a_callback_is_asked_about(desk: Desk, home: dict[str, str]) -> None:
    desk.dialer()
    lines = (f"A{n},0412345670,2{n}/03/2031,14:3{n}" for n in range(1, 4))
    desk.sheet("leads.csv", "Lead Id,FirstPhone,Follow-up date,Follow-up time", *lines)
    terminal = Terminal(desk.folder, {**home, "LEADSYNC_API_KEY": KEY}, "init", "leads.csv")
    terminal.answer("Which column holds the date to call back?", "1")
    terminal.answer("Is that right?", "y")
    terminal.answer("Is 'Follow-up time' the time of the date to call back?", "y")
    assert terminal.end() == 0, terminal.said
    assert tomllib.loads(desk.config.read_text("utf-8"))["columns"] == {
        "Follow-up date": "njCallBackDate",
        "Follow-up time": "njCallBackDate",
    }
    assert "21/03/2031 14:31 -> 2031/03/21 14:31" in terminal.said


@pytest.mark.parametrize(
    ("name", "heading"),
    [("leads.csv", "Lead Id"), ("leads.csv", "Customer ID"), ("leads.csv", "Cust No."), ("leads.xlsx", "Ref")],
)
@pytest.mark.parametrize("asked", [True, False])
def test_headings_below_a_title_are_found_as_check_finds_them(
    desk: Desk, home: dict[str, str], name: str, heading: str, asked: bool
) -> None:
    lines = (["List"], [heading, "Result", "Ring back", "First Phone"], ["C1", "Sale", "", "0383218191"])
    if name.endswith("csv"):
        desk.sheet(name, *map(",".join, lines))
    else:
        with xlsxwriter.Workbook(desk.folder / name) as book:
            page = book.add_worksheet()
            for row, line in enumerate(lines):
                page.write_row(row, 0, line)
    if asked:
        terminal = Terminal(desk.folder, {**home, "LEADSYNC_API_KEY": KEY}, "init", name)
        terminal.child.expect_exact("address")
        terminal.child.close(force=True)
    else:
        done = desk.process("init", name)
        assert done.code == 0, done.err
        assert "The headings are on line 2; line 1 above them is not read." in done.out


def test_init_counts_a_headings_row_of_the_environment(desk: Desk) -> None:
    sheet = desk.sheet("leads.csv", "List", "Ref,Name 1", "C1,Jane")
    assert desk.process("init", sheet).code == 2
    done = desk.process("init", sheet, LEADSYNC_INPUT__HEADINGS_ROW="2")
    assert done.code == 0, done.err
    assert "Ref" in tomllib.loads(desk.config.read_text("utf-8"))["columns"]
