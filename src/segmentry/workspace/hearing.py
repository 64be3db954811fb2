"""What customers say: scores, themes and open remarks; surveys sent out and taken back."""

from __future__ import annotations

import csv
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentry.engine.ledger import LoadRecord
from segmentry.profiles import run_feedback, run_survey_designs
from segmentry.profiles.feedback.designs import Design, read_design
from segmentry.terms.errors import Problem, SourceError, shorten
from segmentry.terms.numbers import as_json
from segmentry.workspace.looking import as_of, rows_where
from segmentry.workspace.results import DocumentResult, TableResult

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

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
        answered = {(row["source"], row["feedback_id"]) for row in told["remark_answers"]}
        for name in ("open_remarks", "segment_remarks"):
            told[name] = [row for row in told[name] if (row["source"], row["feedback_id"]) not in answered]
        document = {"as_of": as_of(self.workspace), **told}
        return DocumentResult("What customers say", document, self._tables())

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
        rows, digest = _rows(path)
        load = f"survey-{survey.survey_id}-{digest[:12]}"
        with self.workspace.engine.run("load") as run:
            findings = run_survey_designs.take(run, survey, rows, load)
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


def _rows(path: Path) -> tuple[list[dict[str, Any]], str]:
    text = _text(path)
    rows = [_with_moment(row) for row in csv.DictReader(text.splitlines())]
    if not rows or "token" not in rows[0]:
        what, next_step = "The answers name no tokens", "Keep the column token of the invitations."
        raise SourceError(Problem("TOKENS_MISSING", what, path.name, shorten(text.partition("\n")[0]), next_step))
    return rows, sha256(text.encode()).hexdigest()


def _with_moment(row: dict[str, Any]) -> dict[str, Any]:
    """A row with the moment of answering as one; UTC where it names no zone, unknown where it cannot be read."""
    try:
        told = datetime.fromisoformat(str(row.get("answered_at")))
    except ValueError:
        return row | {"answered_at": None}
    return row | {"answered_at": told if told.tzinfo is None else told.astimezone(UTC).replace(tzinfo=None)}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf8")
    except (OSError, UnicodeDecodeError) as error:
        next_step = "Name a file in UTF-8."
        raise SourceError(
            Problem("SOURCE_UNREADABLE", "The file cannot be read", str(path), shorten(str(error)), next_step)
        ) from error
