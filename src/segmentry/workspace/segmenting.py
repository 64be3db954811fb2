"""Every question about segments laid down by definitions, and the verbs that change them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from segmentry.charts import overlap_picture
from segmentry.profiles.feedback.remarks import blocks_approval
from segmentry.segments import packs
from segmentry.segments.differences import difference
from segmentry.segments.errors import DefinitionError
from segmentry.segments.explanation import explain
from segmentry.segments.files import read_file, write_file, write_text
from segmentry.segments.language.reading import parse
from segmentry.segments.lint import lint, summary
from segmentry.segments.overlap import overlap
from segmentry.segments.plan import plan
from segmentry.segments.preview import count, preview
from segmentry.segments.proof import SAMPLE, prove
from segmentry.segments.published import Published
from segmentry.segments.tree import Definition
from segmentry.terms.errors import Problem, WorkspaceError
from segmentry.terms.numbers import as_json
from segmentry.workspace.deciding import decide, erase_customers
from segmentry.workspace.looking import locale, stale_reasons, waiting_remarks
from segmentry.workspace.remembering import attribution, events, list_segments, members, show_segment
from segmentry.workspace.results import DocumentResult
from segmentry.workspace.segment_files import (
    FOLDER,
    complete_through,
    definition_path,
    find_file,
    read_definitions,
    refresh_definitions,
)
from segmentry.workspace.ticking import due, pending, step

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

EXPRESSION = "(expression)"
"""Id of a definition that was only asked about."""


class Definitions:
    """The segments laid down by definitions; ``workspace.definitions``.

    Args:
        workspace: The workspace, refreshed at least once.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def list(self, as_of: datetime | None = None) -> DocumentResult:
        """Every segment with its exact count, as of when, and whether that is fresh, stale or failed.

        Args:
            as_of: Instant (UTC) by which to tell changes of the clock that are not played yet; see `step`.
        """
        return list_segments(self._published(), stale_reasons(self.workspace), as_of)

    def show(self, segment: str, as_of: datetime | None = None) -> DocumentResult:
        """One segment: text, words, count, worth, history, versions, what it leans on and what leans on it.

        Args:
            segment: Id or name.
            as_of: Instant (UTC) by which to tell changes of the clock that are not played yet.

        Raises:
            DefinitionError: there is no such segment.
        """
        return show_segment(self._published(), segment, stale_reasons(self.workspace), as_of)

    def count(self, expression: str, as_of: datetime | None = None) -> DocumentResult:
        """How many customers an expression, file or segment means, exactly, with words and instants.

        Args:
            expression: The expression, file or segment.
            as_of: Instant (UTC) by which to tell changes of the clock that are not played yet.

        Raises:
            DefinitionError: with every mistake and its column.
        """
        published = self._published()
        found = count(published, self._definition(published, expression))
        told = {"stale_because": stale_reasons(self.workspace), "due_changes_pending": pending(published, as_of)}
        return DocumentResult("Count", {**found, **told})

    def preview(self, expression: str) -> DocumentResult:
        """`count` with a sample, worth, and the waterfall from records matched to customers who can be reached."""
        published = self._published()
        found = preview(published, self._definition(published, expression))
        return DocumentResult("Preview", {**found, "stale_because": stale_reasons(self.workspace)})

    def diff(self, changed: str) -> DocumentResult:
        """A changed file, or the file of a segment, against what is published: who moves, what money, what follows."""
        published = self._published()
        return DocumentResult("Difference", difference(published, self._changed(changed)))

    def explain(self, segment: str, customer: str) -> DocumentResult:
        """Why a customer is in or out: every leaf with its evidence, and the nearest change.

        Args:
            segment: Id or name, file, or expression.
            customer: Id of the customer.
        """
        published = self._published()
        definition = self._definition(published, segment)
        return DocumentResult(f"{customer} and {definition.name}", explain(published, definition, customer))

    def overlap(self, *segments: str) -> DocumentResult:
        """Every combination of segments counted, and every pair compared by Jaccard's index."""
        document = overlap(self._published(), segments)
        language = locale(self.workspace.settings)
        return DocumentResult(
            "Overlap", document, {}, {"overlap": lambda: overlap_picture(as_json(document), language)}
        )

    def lint(self, segment: str | None = None) -> DocumentResult:
        """What is probably not meant, of one segment or of all; files that are not applied yet can be named."""
        published = self._published()
        if segment is None:
            definitions = published.definitions
        else:
            definitions = (self._definition(published, segment),)
        found = []
        for definition in definitions:
            try:
                entries = [each.as_dict() for each in lint(published, definition)]
            except DefinitionError as error:
                entries = [_as_finding(problem) for problem in error.problems]
            found += [{"id": definition.id, **entry} for entry in entries]
        totals = {each: sum(entry["severity"] == each for entry in found) for each in summary([])}
        return DocumentResult("Findings", {"checked": len(definitions), "findings": found, **totals})

    def prove(self, segment: str | None = None, sample: int | None = SAMPLE) -> DocumentResult:
        """Recompute members from raw rows by an independent interpreter and compare.

        Args:
            segment: Id or name; all by default.
            sample: Customers to check; None for all.
        """
        published = self._published()
        words = [segment] if segment is not None else list(published.record)
        stale = {row["segment_id"] for row in published.counts() if row["state"] != "fresh"}
        ids = [id_ for word in words if (id_ := published.find(word).definition.id) not in stale]
        proofs = [prove(published, id_, sample) for id_ in ids]
        document = {
            "proved": bool(proofs) and all(each["proved"] for each in proofs),
            "segments": proofs,
            "not_fresh": sorted(stale & {published.find(word).definition.id for word in words}),
        }
        return DocumentResult("Proof", document)

    def format(self, path: str | Path, *, write: bool = False) -> DocumentResult:
        """A definition file in the one way of writing it.

        Args:
            path: The file, or the id of a file of the workspace.
            write: Write it back.

        Raises:
            DefinitionError: with every mistake.
        """
        place = find_file(self.workspace, str(path))
        definition = read_file(place, self.workspace.settings.timezone).definition
        text = write_text(definition)
        changed = place.read_text(encoding="utf8") != text
        if write and changed:
            write_file(place.parent, definition)
        document = {"path": str(place), "text": text, "changed": changed, "written": write and changed}
        return DocumentResult("Formatted", document)

    def plan(self) -> DocumentResult:
        """What `apply` would change: definitions created, changed, renamed, followed, removed or refused.

        Remarks about the segments that it would change, and rejected assignments to them, that nobody has answered yet
        are told beside it: they want an answer before the segment is approved again.
        """
        planned = plan(self._published(), *read_definitions(self.workspace))
        changed = [each["id"] for each in planned["actions"] if each["action"] in ("change", "rename", "follow")]
        waiting = waiting_remarks(self.workspace)
        told = [wrong.as_dict() for id_ in changed for wrong in blocks_approval(waiting, id_)]
        return DocumentResult("Plan", {**planned, "remarks": told})

    def apply(self) -> DocumentResult:
        """Put the files on record and evaluate them, as one commit, at the instant of the last refresh."""
        planned = self.plan()
        published = self._published()
        with self.workspace.engine.run("segments", published.as_of) as run:
            refresh_definitions(run, self.workspace)
        counts = {row["segment_id"]: row["members"] for row in self._published().counts()}
        return DocumentResult("Applied", {**planned.document, "members": counts})

    def due(self) -> DocumentResult:
        """When the clock alone changes segments: the next instants, for how many customers, and known through when."""
        return due(self.workspace, self._published())

    def step(self, until: datetime | None = None) -> DocumentResult:
        """Let the clock alone change segments: only customers for whom something is due are looked at again.

        Every change is effective at its own instant. Segments that ask for traits known as of the last refresh only
        wait for the next one.

        Args:
            until: Instant (UTC, or with a zone) up to which to play; the next due instant by default.

        Raises:
            SettingsError: the instant lies in the future, or before the last refresh.
            WorkspaceError: data or settings have changed since the last refresh.
        """
        return step(self.workspace, self._published(), until)

    def packs(self) -> DocumentResult:
        """The starter packs and the segments in each."""
        zone = self.workspace.settings.timezone
        entries = [
            {"name": name, "meaning": meaning, "segments": [each.id for each in packs.pack(name, zone)]}
            for name, meaning in packs.PACKS.items()
        ]
        return DocumentResult("Starter packs", {"packs": entries})

    def add_pack(self, name: str) -> DocumentResult:
        """Write the files of a starter pack into the workspace; `apply` or the next refresh brings them to life.

        Raises:
            DefinitionError: there is no such pack, or files of other content are in the way.
        """
        definitions = packs.pack(name, self.workspace.settings.timezone)
        existing = {each.id: definition_path(self.workspace, each.id) for each in definitions}
        taken = [
            Problem("FILE_EXISTS", "There is such a file already", str(path), each.id, "Move it away, or keep it.")
            for each in definitions
            if (path := existing[each.id]).exists() and path.read_text(encoding="utf8") != write_text(each)
        ]
        if taken:
            raise DefinitionError(taken)
        paths = [write_file(self.workspace.folder / FOLDER, each) for each in definitions]
        return DocumentResult("Added", {"pack": name, "files": [str(path) for path in paths]})

    def members(self, segment: str, on: date | None = None, known_at: datetime | None = None) -> DocumentResult:
        """Who is in a segment, or was at the end of a day, as known now or at an earlier instant.

        Args:
            segment: Id or name.
            on: Local day of the definition's zone; now by default.
            known_at: Instant (UTC) as of whose knowledge to tell.
        """
        return members(self._published(), segment, on, known_at)

    def events(self, since: datetime, segment: str | None = None) -> DocumentResult:
        """Who entered and left after an instant, with the reason, in order of time."""
        return events(self._published(), since, segment)

    def attribution(self, segment: str, start: date, end: date) -> DocumentResult:
        """Why a segment has grown or shrunk between the ends of two days, in customers and money."""
        return attribution(self._published(), segment, start, end)

    def add(self, segment: str, customer: str, because: str = "") -> DocumentResult:
        """Put a customer into a segment by hand, whatever the rule says."""
        return self._decide(segment, customer, "added", because)

    def remove(self, segment: str, customer: str, because: str = "") -> DocumentResult:
        """Take a customer out of a segment by hand, whatever the rule says."""
        return self._decide(segment, customer, "removed", because)

    def clear(self, segment: str, customer: str, because: str = "") -> DocumentResult:
        """Let the rule decide about a customer again."""
        return self._decide(segment, customer, "cleared", because)

    def erase(self, *customers: str) -> DocumentResult:
        """Take customers out of all that was ever said and loaded, and never look at them again.

        Every table that names them is rewritten without them in every version that is kept: facts, identity with its
        past and people's words, traits, membership. A tombstone recognizes them by a salted hash and names nobody;
        files that name them again are loaded without them. Numbers told earlier stay as told. The files themselves,
        and systems they came from, are erased at the source.

        Args:
            customers: Their ids.

        Raises:
            DefinitionError: with every id that is nobody's.
        """
        return erase_customers(self.workspace, self._published(), customers)

    def _decide(self, segment: str, customer: str, decision: str, because: str) -> DocumentResult:
        return decide(self.workspace, self._published(), segment, customer, decision, because)

    def _published(self) -> Published:
        engine = self.workspace.engine
        if not engine.has("trait_catalog"):
            next_step = "Load orders and run segmentry refresh."
            raise WorkspaceError(
                Problem("NOT_REFRESHED", "Nothing was computed yet", str(self.workspace.folder), "", next_step)
            )
        as_of = engine.artifact("trait_catalog").as_of
        if as_of is None:
            raise TypeError("traits were published without an instant")
        return Published.read(engine, as_of, complete_through(engine, as_of, self.workspace.settings.timezone))

    def _definition(self, published: Published, given: str) -> Definition:
        """What is meant: a file, a segment on record, or an expression."""
        if given.endswith(".yaml"):
            return self._changed(given)
        for known in published.definitions:
            if given in (known.id, known.name):
                return known
        return Definition(EXPRESSION, EXPRESSION, parse(given), timezone=self.workspace.settings.timezone)

    def _changed(self, given: str) -> Definition:
        return read_file(find_file(self.workspace, given), self.workspace.settings.timezone).definition


def _as_finding(problem: Problem) -> dict[str, str]:
    told = problem.as_dict()
    told.pop("given")
    return {**told, "severity": "error"}
