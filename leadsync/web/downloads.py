"""The files of a run, made from the journal for the reader alone; those beside the sheet stay as they are."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

import anyio
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from leadsync.models import FileKind
from leadsync.web.page_words import without_address
from leadsync.web.run_page import run_of
from leadsync.web.site import site_of

if TYPE_CHECKING:
    from leadsync.journal import Journal

NAMES = ("report", "retry", "review", "summary")
_KINDS: Mapping[str, FileKind | None] = {"": None, "csv": "csv", "xlsx": "xlsx"}
_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".html": "text/html; charset=utf-8",
}
_one_by_one = anyio.CapacityLimiter(1)
"""The file of a million rows takes a core for a while: other pages go on beside it."""


async def file(request: Request) -> Response:
    """One file of a run, as csv or xlsx, by default as the run's own files."""
    name, wanted = request.path_params["name"], request.query_params.get("format", "")
    if name not in NAMES or wanted not in _KINDS:
        raise HTTPException(404)
    folder = Path(tempfile.mkdtemp(prefix="leadsync-report-"))
    gone = BackgroundTask(rmtree, folder, ignore_errors=True)
    try:
        work = partial(_copy, request, name=name, kind=_KINDS[wanted], folder=folder)
        async with _one_by_one:
            path = await site_of(request).read(work)
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(path, media_type=_TYPES[path.suffix], filename=path.name, background=gone)


def _copy(request: Request, journal: "Journal", name: str, kind: FileKind | None, folder: Path) -> Path:
    from leadsync.run import write_copy

    run = run_of(journal, request.path_params["run"])
    shown = replace(
        run,
        kind=kind or run.kind,
        dialer=without_address(run.dialer, run.dialer),
        stopped=without_address(run.stopped, run.dialer),
        warnings=tuple(without_address(warning, run.dialer) for warning in run.warnings),
    )
    path = write_copy(journal, shown, name, folder)
    if path is None:
        raise HTTPException(404, "The run has no rows for that file.")
    journal.add_audit("download", request.state.person.name, run.id, file=name)
    return path


ROUTES = [Route("/runs/{run}/files/{name}", file, name="file")]
