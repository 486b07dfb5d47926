"""`import leadsync` is light, complete and typed; the command line stays without pandas."""

import subprocess
import sys
from pathlib import Path

import pytest

import leadsync
import leadsync.api

ROOT = Path(__file__).parents[2]


def loaded(code: str, *modules: str) -> set[str]:
    """Those of the modules that a new interpreter has loaded after the code."""
    probe = f"import sys\n{code}\nprint(*[name for name in {modules!r} if name in sys.modules])"
    return set(subprocess.check_output([sys.executable, "-c", probe], text=True).split())


def test_the_import_loads_nothing_before_the_first_use() -> None:
    assert loaded("import leadsync; leadsync.__version__", "leadsync.api", "pandas", "httpx", "pydantic") == set()
    assert loaded("import leadsync; leadsync.check", "leadsync.api", "pandas") == {"leadsync.api", "pandas"}


def test_the_command_line_begins_without_an_import() -> None:
    """A Ctrl-C before it looks for one would show a trace."""
    probe = "import sys; before = set(sys.modules); import leadsync.__main__; print(*set(sys.modules) - before)"
    # -S: `site` may import what is looked for.
    found = subprocess.check_output([sys.executable, "-S", "-c", probe], text=True, env={"PYTHONPATH": str(ROOT)})
    assert set(found.split()) == {"leadsync", "leadsync.__main__"}


@pytest.mark.parametrize("arguments", [["--version"], ["run", "--help"], ["runs"]])
def test_the_command_line_does_without_pandas(arguments: list[str], tmp_path: Path) -> None:
    state = ["--state", str(tmp_path)] if arguments == ["runs"] else []
    code = f"from leadsync.cli import exit_code_of; assert exit_code_of({[*arguments, *state]!r}) == 0; print()"
    assert "pandas" not in loaded(code, "pandas", "numpy")


def test_a_module_by_name_is_no_use_of_the_interface() -> None:
    assert loaded("from leadsync import terminal", "leadsync.terminal", "leadsync.api") == {"leadsync.terminal"}


def test_sending_a_file_does_without_pandas() -> None:
    assert loaded("import leadsync.run, leadsync.cli", "pandas", "numpy") == set()


def test_every_name_is_found_and_listed() -> None:
    assert {name: getattr(leadsync, name) for name in leadsync.api.__all__} == {
        name: getattr(leadsync.api, name) for name in leadsync.api.__all__
    }
    assert set(leadsync.api.__all__) <= set(dir(leadsync))
    with pytest.raises(AttributeError, match="module 'leadsync' has no attribute 'snyc'"):
        leadsync.snyc  # noqa: B018
    assert not hasattr(leadsync, "_private")


def test_a_users_program_is_checked_against_the_types(tmp_path: Path) -> None:
    program = tmp_path / "nightly.py"
    program.write_text(
        "import pandas as pd\n"
        "import leadsync\n"
        "def yes(question: leadsync.Question) -> bool:\n"
        "    return question.rows < 10\n"
        "result = leadsync.sync(pd.DataFrame(), confirm=yes, name='x', limit=5)\n"
        "reveal_type(result.frame)\n"
        "leadsync.sync('leads.csv', konfirm=True)\n"
        "leadsync.sync('leads.csv', limit='5')\n"
        "leadsync.check('leads.csv').efects\n"
    )
    # By the project's own settings and cache: `make test` has checked leadsync by then, and the types of its packages.
    done = subprocess.run(
        [sys.executable, "-m", "mypy", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=300,
    )
    found = [
        line.split(": ", 1)[1] for line in done.stdout.splitlines() if ": error: " in line or ": note: Rev" in line
    ]
    assert [line.split("  [")[0].split(";")[0] for line in found] == [
        'note: Revealed type is "pandas.core.frame.DataFrame"',
        'error: Unexpected keyword argument "konfirm" for "sync"',
        'error: Argument "limit" to "sync" has incompatible type "str"',
        'error: "CheckResult" has no attribute "efects"',
    ], done.stdout + done.stderr
