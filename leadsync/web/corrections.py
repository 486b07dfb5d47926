"""The description of a draft made from corrections on the page: their run, and the version of each row then."""

from collections.abc import Mapping

from leadsync.errors import UsageError
from leadsync.journal import Journal
from leadsync.web.uploads import Upload

_NAME = "corrections.json"


def keep_corrections(upload: Upload, run_id: str, versions: Mapping[int, int]) -> None:
    """Describe a draft."""
    upload.values.keep(_NAME, _described(run_id, versions))


def corrections_run(upload: Upload) -> str:
    """The run whose corrections a draft holds; empty for any other draft."""
    return str((upload.values.load(_NAME) or {}).get("run", ""))


def holds(upload: Upload, run_id: str, versions: Mapping[int, int]) -> bool:
    """Whether a draft holds just these versions of just these rows."""
    return upload.values.load(_NAME) == _described(run_id, versions)


def changed_since(journal: Journal, upload: Upload) -> str:
    """The run of an unsent draft whose rows were changed since it was made; empty for any other draft."""
    described = upload.values.load(_NAME)
    if described is None or any(run.complete for run in journal.runs_of(upload.file)):
        return ""
    versions = {int(number): version for number, version in described["versions"].items()}
    # In the order of versions: the last one of each row stays.
    now = {edit.number: edit.version for edit in journal.edits(described["run"], list(versions))}
    return str(described["run"]) if now != versions else ""


def check_corrections(journal: Journal, upload: Upload) -> None:
    """Raise UsageError if rows of an unsent draft were changed since it was made: the later change counts."""
    if run := changed_since(journal, upload):
        raise UsageError(
            f"Rows of this draft were changed since it was made; send the corrected rows from the page of run {run} "
            "again."
        )


def _described(run_id: str, versions: Mapping[int, int]) -> dict[str, object]:
    return {"run": run_id, "versions": {str(number): version for number, version in versions.items()}}
