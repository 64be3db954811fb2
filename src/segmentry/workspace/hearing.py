"""What customers say: scores, themes and open remarks; surveys sent out and taken back."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentry.charts import feedback_pictures
from segmentry.engine.ledger import LoadRecord
from segmentry.profiles import run_feedback, run_survey_designs
from segmentry.profiles.feedback.designs import FIRST_LINE, Design, read_design
from segmentry.terms.errors import Problem, SourceError, shorten
from segmentry.terms.numbers import as_json
from segmentry.workspace.looking import as_of, locale, rows_where, waiting_remarks
from segmentry.workspace.results import DocumentResult, TableResult

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

_SURPLUS = "surplus cells"
KEY_FILE = "survey.key"
"""The secret out of which the links of respondents are made; it stays in the workspace."""
_TABLES = (
    "feedback_scores",
    "segment_scores",
    "feedback_themes",
    "feedback_theme_links",
    "feedback_languages",
    "open_remarks",
    "segment_remarks",
    "remark_answers",
)


class Voice:
    """What customers say; ``workspace.voice``.

    Args:
        workspace: The workspace, refreshed at least once.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def show(self) -> DocumentResult:
        """Scores with intervals for all and inside segments, themes, languages, and remarks that wait for an answer."""
        told = {name: as_json(rows_where(self.workspace, name)) for name in _TABLES}
        for name in ("open_remarks", "segment_remarks"):
            told[name] = as_json(waiting_remarks(self.workspace, name))
        document, settings = {"as_of": as_of(self.workspace), **told}, self.workspace.settings
        drawn = feedback_pictures(as_json(document), locale(settings), settings.timezone)
        return DocumentResult("What customers say", document, self._tables(), drawn)

    def answer(self, source: str, feedback_id: str, text: str, by: str) -> DocumentResult:
        """Answer a remark; it no longer waits.

        Args:
            source: Source of the remark.
            feedback_id: Its number there.
            text: The answer.
            by: Who answers.

        Raises:
            SettingsError: there is no such remark, no words, or nobody who answers.
        """
        now = datetime.now(UTC).replace(tzinfo=None)
        with self.workspace.engine.run("answer") as run:
            run_feedback.answer(run, source, feedback_id, text, by, now)
        row = {"source": source, "feedback_id": feedback_id, "answer": text, "answered_by": by}
        return DocumentResult("Answered", row | {"answered_at": f"{now:%Y-%m-%dT%H:%M:%SZ}"})

    def invite(self, design: str | Path, out: str | Path, link: str = "{token}") -> DocumentResult:
        """Publish a survey and write who is asked, each with a link of their own, as CSV.

        Who refused surveys is left out; who was asked before keeps the link.

        Args:
            design: The design, a TOML or YAML file.
            out: Where to write.
            link: Address of the questionnaire, with ``{token}`` where the token goes.

        Raises:
            SettingsError: with every mistake in the design.
        """
        survey = _read(Path(design))
        now = datetime.now(UTC).replace(tzinfo=None)
        with self.workspace.engine.run("survey") as run:
            rows = run_survey_designs.invite(run, survey, self._key(), now, link)
        target = Path(out)
        partial = target.with_name(target.name + ".partial")
        with partial.open("w", encoding="utf8", newline="") as file:
            writer = csv.DictWriter(file, ("party_key", "segment_id", "token", "link"))
            writer.writeheader()
            writer.writerows(rows)
        partial.replace(target)
        document = {"survey": survey.survey_id, "questions": len(survey.questions), "invited": len(rows)}
        return DocumentResult("Invited", document | {"file": str(target)})

    def take(self, design: str | Path, answers: str | Path) -> DocumentResult:
        """Take filled questionnaires back: a row each, with the token, and answers by id of the question.

        The same file again changes nothing.

        Args:
            design: The design.
            answers: CSV in UTF-8 with ``token``, ``answered_at`` and a column for each question.

        Returns:
            How many rows were read, and what could not be taken, with line and reason.
        """
        survey, path = _read(Path(design)), Path(answers)
        rows, wrong, digest = _rows(path)
        load = f"survey-{survey.survey_id}-{digest[:12]}"
        with self.workspace.engine.run("load") as run:
            findings = sorted(
                [*wrong, *run_survey_designs.take(run, survey, rows, load)], key=lambda each: each["line"]
            )
            told = {"rows_read": len(rows), "findings": len(findings)}
            if all(each.id != load for each in run.engine.loads()):
                record = LoadRecord(load, survey.survey_id, "survey_responses", path.name, digest, "", len(rows), told)
                run.record_load(record)
        return DocumentResult("Taken", {"survey": survey.survey_id, "rows_read": len(rows), "findings": findings})

    def _key(self) -> bytes:
        path = self.workspace.folder / KEY_FILE
        if not path.exists():
            path.touch(mode=0o600)
            path.write_bytes(secrets.token_bytes(32))
        return path.read_bytes()

    def _tables(self) -> dict[str, Callable[[], Any]]:
        found: dict[str, TableResult] = {
            name: self.workspace.table(name) for name in _TABLES if self.workspace.engine.has(name)
        }
        return {name: table.table for name, table in found.items()}


def _read(path: Path) -> Design:
    return read_design(_text(path), "yaml" if path.suffix in (".yaml", ".yml") else "toml")


def _rows(path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]], str]:
    """Filled questionnaires, what is wrong with how they were written down, and the digest of the file."""
    text = _text(path)
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey=_SURPLUS)
    head = [str(name).strip() for name in reader.fieldnames or ()]
    if "token" not in head:
        what, next_step = "The answers name no tokens", "Keep the column token of the invitations."
        raise SourceError(Problem("TOKENS_MISSING", what, path.name, shorten(text.partition("\n")[0]), next_step))
    twice = sorted({name for name in head if head.count(name) > 1})
    if twice:
        what, next_step = "Two columns have one name", "Give each question one column."
        raise SourceError(Problem("COLUMN_TWICE", what, path.name, shorten(", ".join(twice)), next_step))
    reader.fieldnames = head
    rows, findings = [], []
    for line, row in enumerate(reader, FIRST_LINE):
        surplus = row.pop(_SURPLUS, None)
        if surplus is not None:
            given = shorten(", ".join(map(str, surplus)))
            findings.append({"line": line, "finding": "more cells than columns; they are left out", "given": given})
        moment, finding = _moment(row.get("answered_at"))
        if finding is not None:
            findings.append({"line": line, "finding": finding, "given": shorten(row["answered_at"])})
        rows.append(row | {"answered_at": moment})
    return rows, findings, sha256(text.encode()).hexdigest()


def _moment(told: Any) -> tuple[datetime | None, str | None]:
    """The moment of answering as told, UTC where it names no zone; or why it is not known."""
    if not told or not str(told).strip():
        return None, None
    try:
        read = datetime.fromisoformat(str(told).strip())
    except ValueError:
        return None, "the moment of answering cannot be read; it is unknown"
    moment = read if read.tzinfo is None else read.astimezone(UTC).replace(tzinfo=None)
    if moment > datetime.now(UTC).replace(tzinfo=None):
        return None, "answered in the future; the moment is not believed"
    return moment, None


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        next_step = "Name a file in UTF-8."
        raise SourceError(
            Problem("SOURCE_UNREADABLE", "The file cannot be read", str(path), shorten(str(error)), next_step)
        ) from error
