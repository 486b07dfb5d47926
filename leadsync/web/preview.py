"""The preview of a draft: how its sheet is read and what sending it does, as plain values for a page."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from leadsync.config import Settings
from leadsync.journal import Journal
from leadsync.leads import NEW_LEAD, slips
from leadsync.models import CALLBACK, NO_CHANGE, RunRecord
from leadsync.remarks import Remark
from leadsync.run import MOST_LISTED, Group, Plan, SheetView, Survey, expected_pace, origin_of
from leadsync.web.page_words import in_page_words, without_address

Preview = dict[str, Any]
"""Values of JSON. `what` is one of the constants below."""

SEND = "send"
"""A sheet read just now: its rows can be sent."""
GO_ON = "go_on"
"""An earlier run of the sheet has rows left."""
DONE = "done"
"""An earlier run has sent the sheet."""
UNDECIDED = "undecided"
"""The columns do not tell the leads or contradict each other; `columns` are there to choose from."""
UNREADABLE = "unreadable"
"""The file or the settings cannot be used; `error` says why, `sheets` are there to choose from."""

KEPT = "kept"
"""The list of rows that keep their leads' outcomes."""
_PASSING = ("pace", "at", "digest", "new_dialer", "base", "edits", "sending")
"""What may change between the preview and the sending without another effect."""
_MOST_GROUPS = 200


def preview_of(journal: Journal, plan: Plan, settings: Settings, campaign: str) -> Preview:
    """The preview of a plan for all rows of the sheet; `campaign` is its name in the settings."""
    run = plan.run
    what = DONE if plan.nothing_to_do else SEND if plan.survey is not None else GO_ON
    found: Preview = {
        "what": what,
        "target": _target(run, campaign),
        "settings": settings.calls_digest,
        # A trial's plan counts its own rows alone.
        "waiting": 0 if plan.nothing_to_do else journal.ready(run.id, None),
        "held": 0 if plan.nothing_to_do else journal.waiting(run.id, None),
        "inserts": run.inserts,
        "follows": run.follows,
        "remarks": _remarks(plan.remarks, run.dialer),
        "pace": expected_pace(journal, settings),
        "at": journal.now().isoformat(),
    }
    if what != SEND:
        by = origin_of(journal, run)
        found["earlier"] = {"run": run.id, "created": run.created.isoformat(), "name": run.file.name, "by": by}
        found["earlier"]["trial"] = journal.run(run.id).last_row is not None and journal.has_more(run.id)
    if plan.sheet_view is not None:
        found |= reading_values(plan.sheet_view)
    if plan.survey is not None:
        found |= _survey_values(plan.survey)
        if not settings.input.dispositions:  # listed ones are known
            found["spellings"] = _spellings(found["dispositions"])
        found["has_dates"] = any(CALLBACK in (one["field"], one["completes"]) for one in found.get("columns", ()))
    if plan.then is not None:
        found["then"] = preview_of(journal, plan.then, settings, campaign)
        found["waiting"] += found["then"]["waiting"]
    return with_digest(found)


def can_be_sent(found: Preview) -> bool:
    """Whether a page shows what sending does, so that it may be sent there; the rest of a trial is read anew first."""
    return found["what"] == SEND or (found["what"] == GO_ON and not found["earlier"]["trial"])


def being_sent(journal: Journal, found: Preview) -> list[str]:
    """The runs that hold back rows of a preview, or have begun its sheet, and are sent just now."""
    named = {run_id for _, run_id, _ in found.get("of_other_runs", ())}
    named |= {part["earlier"]["run"] for part in (found, found.get("then", {})) if "earlier" in part}
    return sorted(named.intersection(journal.live())) if named else []


def is_outdated(journal: Journal, found: Preview) -> bool:
    """Whether the sheet is to be read again: it was corrected since, or a sending that held rows back has ended."""
    if found.get("busy") or not set(found.get("sending", ())) <= journal.live().keys():
        return True
    return is_corrected_since(journal, found)


def is_corrected_since(journal: Journal, found: Preview) -> bool:
    """Whether people have changed rows of the sheet since it was read."""
    draft = found.get("base", "")
    return bool(draft) and change_count(journal, draft) != found["edits"]


def change_count(journal: Journal, draft: str) -> int:
    """How many changes people have made in a draft and in the run that it follows; less than none if it is gone."""
    run = journal.find(draft) if draft else None
    if run is None:
        return -1
    begun = journal.find(run.follows) if run.follows else None
    return journal.edit_count(draft) + (journal.edit_count(begun.id) if begun else 0)


def with_digest(found: Preview) -> Preview:
    """The preview with a digest of all that sending it depends on: a stale one has another."""
    judged = {name: value for name, value in found.items() if name not in _PASSING}
    text = json.dumps(judged, sort_keys=True).encode()
    return {**found, "digest": hashlib.sha256(text).hexdigest()[:32]}


def reading_values(reading: SheetView) -> Preview:
    """How the sheet was read."""
    return {
        "sheet": reading.sheet,
        "sheets": list(reading.sheets),
        "headings_line": reading.headings_line,
        "mapping": reading.mapping,
        "date_order": reading.date_order,
        "fields": list(reading.fields),
        "columns": [
            {
                "heading": column.heading,
                "field": column.field,
                "completes": column.completes,
                "campaign": column.campaign,
                "why": in_page_words(column.why),
                "examples": list(reading.examples.get(column.position, ())),
                "meant": reading.proposed.get(column.heading, ""),
            }
            for column in reading.columns
        ],
    }


def _target(run: RunRecord, campaign: str) -> Preview:
    ids = run.ids
    return {
        "dialer": run.dialer,
        "template": ids.template,
        "campaign": ids.campaign,
        "allocation": ids.allocation,
        "name": campaign,
    }


def _survey_values(survey: Survey) -> Preview:
    found = [(name, count) for name, count in survey.dispositions.most_common() if name != NO_CHANGE][:_MOST_GROUPS]
    lists = {NO_CHANGE: KEPT} | {name: list_name("sets", name) for name, _ in found}
    return {
        "rows": survey.rows,
        "to_send": survey.to_send,
        "rejected": survey.rejected,
        "skipped": survey.skipped,
        "dispositions": [[name, count] for name, count in found],
        "kept_dispositions": survey.dispositions[NO_CHANGE],
        "callbacks": survey.callbacks,
        "new_leads": survey.new_leads(),
        "undated": _undated(survey, lists),
        "odd": odd_rows(survey),
        "repeated_leads": survey.repeated_leads,
        "repeated_rows": survey.repeated_rows,
        "repeated": _repeated(survey),
        "of_other_runs": [[kind.name, run_id, count] for (kind, run_id), count in survey.of_other_runs.items()],
        "changes": _groups(ordered(survey.repairs.values())),
        "look_at": _groups(to_look_at(survey)),
        "rejections": _with_remedies(_groups(ordered(survey.rejections.values()))),
        "skips": [[kind.name, count] for kind, count in survey.skips.most_common()],
    }


def _spellings(dispositions: Sequence[tuple[str, int]]) -> list[list[str]]:
    """The lists of outcomes that are probably misspelt, each with the one meant."""
    return [[list_name("sets", rare), meant] for rare, meant in slips(dict(dispositions)).items()]


def list_name(kind: str, *of: str) -> str:
    """The name of a list of rows, by what they have in common: the same in each reading of the sheet."""
    return f"{kind}-{hashlib.sha256(json.dumps(of).encode()).hexdigest()[:12]}"


def undated_list(outcome_list: str) -> str:
    """The list of rows without a callback date among those of an outcome's list."""
    return f"undated-{outcome_list.removeprefix('sets-')}"


def _undated(survey: Survey, lists: Mapping[str, str]) -> list[Preview]:
    """The rows without a callback date by outcome; first the outcomes that mostly have one."""
    found = [
        {
            "list": undated_list(lists[outcome]),
            "outcome": "" if outcome == NO_CHANGE else outcome,
            "count": count,
            "of": survey.dispositions[outcome],
        }
        for outcome, count in survey.undated.items()
        if count and outcome in lists
    ]
    return sorted(found, key=lambda one: (one["count"] / one["of"], one["count"]))


def odd_rows(survey: Survey) -> list[int]:
    """The rows that are titles, perhaps."""
    return survey.no_leads[:MOST_LISTED]


def _repeated(survey: Survey) -> Preview | None:
    if survey.repeated_last is None:
        return None
    at, run_id = survey.repeated_last
    return {"rows": survey.repeated, "skippable": survey.skippable, "at": at.isoformat(), "run": run_id}


def ordered(groups: Iterable[Group]) -> list[Group]:
    """The groups as a preview lists them, the most frequent first."""
    return sorted(groups, key=lambda group: -group.count)[:_MOST_GROUPS]


def to_look_at(survey: Survey) -> list[Group]:
    """The warnings, without the one about missing callback dates: it stands apart."""
    return ordered(group for group in survey.warnings.values() if group.what != NEW_LEAD)


def _groups(groups: Iterable[Group]) -> list[Preview]:
    return [
        {
            "what": group.what,
            "column": group.column,
            "count": group.count,
            "rows": group.rows,
            "examples": [list(example) for example in group.examples],
        }
        for group in groups
    ]


def _with_remedies(groups: list[Preview]) -> list[Preview]:
    """Groups of rejected rows: behind the value stands its remedy."""
    return [
        {**group, "examples": [[value, in_page_words(remedy)] for value, remedy in group["examples"]]}
        for group in groups
    ]


def _remarks(remarks: Sequence[Remark], dialer: str) -> list[Preview]:
    return [
        {"text": in_page_words(without_address(remark.text, dialer)), "loud": remark.loud, "doubt": remark.doubt}
        for remark in dict.fromkeys(remarks)
    ]
