"""The tests mirror the package: each module has a test file of its name."""

import ast
from collections import Counter
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "leadsync"
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if not path.stem.startswith("__")]
WITHOUT = {
    "cell_marks.py": "values alone",
    "journal/protocol.py": "a protocol; tests/journal holds its promises on both stores",
    "journal/row_protocols.py": "as above",
    "journal/correction_protocols.py": "as above",
    "journal/postgres/restores_schema.py": "values alone",
    "journal/sql/conditions.py": "values alone",
    "journal/sql/sendable_rows.py": "values alone",
    "sheets/markable.py": "values alone",
}
"""The modules without a test file, each with the reason."""


def named(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_each_module_has_a_test_file_of_its_name() -> None:
    # tests/docs is about the pages of docs/, not about modules.
    files = Counter(file.stem for file in TESTS.rglob("test_*.py") if "docs" not in file.parts)
    # The tests of tests/journal run on both stores, and are those of a part of either.
    parts = {(path.stem, "journal" in path.parts or path) for path in MODULES if named(path) not in WITHOUT}
    assert Counter(f"test_{name}" for name, _ in parts) - files == Counter()


@pytest.mark.parametrize("name", WITHOUT)
def test_a_module_without_one_has_nothing_to_test(name: str) -> None:
    for node in ast.walk(ast.parse((PACKAGE / name).read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert all(isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) for line in node.body)


def test_no_two_modules_of_a_package_share_a_name() -> None:
    names = Counter((path.relative_to(PACKAGE).parts[0], path.stem) for path in MODULES)
    # The stores of the journal have the same parts.
    assert [name for name, count in names.items() if count > 1 and name[0] != "journal"] == []
