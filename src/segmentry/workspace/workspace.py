"""A workspace: the one place where rooms meet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentry.terms.errors import Problem, WorkspaceError
from segmentry.workspace.progress import Progress, Stopwatch, silent
from segmentry.workspace.results import DocumentResult, TableResult
from segmentry.workspace.settings import FILE_NAME, WorkspaceSettings, read_settings, settings_text
from segmentry.workspace.settings_file import write_settings

if TYPE_CHECKING:
    import pyarrow as pa

    from segmentry.engine import Engine
    from segmentry.workspace.hearing import Voice
    from segmentry.workspace.identifying import Identities
    from segmentry.workspace.segmenting import Definitions
    from segmentry.workspace.studying import StudyRoom


class Workspace:
    """A folder with settings, a warehouse and a ledger, held by this process until it is closed.

    Use `segmentry.open` or `segmentry.init`; it is its own context manager.

    Attributes:
        folder: Where it lies.
        settings: The settings in force.
    """

    def __init__(self, folder: Path, settings: WorkspaceSettings, engine: Engine) -> None:
        self.folder = folder
        self.settings = settings
        self.engine = engine

    @classmethod
    def open(cls, folder: str | Path, purpose: str = "python") -> Workspace:
        """Open the workspace in ``folder``.

        Raises:
            WorkspaceError: there is none, another process holds it, or a newer segmentry wrote it.
            SettingsError: its settings are wrong.
        """
        place = Path(folder)
        if not (place / FILE_NAME).is_file():
            raise WorkspaceError(_missing(place))
        from segmentry.workspace.loading import rules_of
        from segmentry.workspace.profiling import check

        settings = read_settings(place)
        rules_of(settings.rules)
        check(settings.modules)
        return cls._held(place, settings, purpose)

    @classmethod
    def init(cls, folder: str | Path, purpose: str = "python", **values: Any) -> Workspace:
        """Make a workspace in ``folder``; settings that are not given keep their defaults.

        Raises:
            WorkspaceError: there is a workspace already, or the folder cannot be made.
            SettingsError: with every wrong setting.
        """
        place = Path(folder)
        settings = WorkspaceSettings().with_values(**values)
        if (place / FILE_NAME).exists():
            next_step = "Open it, or choose another folder."
            raise WorkspaceError(
                Problem("WORKSPACE_EXISTS", "There is a workspace already", str(place), FILE_NAME, next_step)
            )
        try:
            place.mkdir(parents=True, exist_ok=True)
            (place / FILE_NAME).write_text(settings_text(settings), encoding="utf8")
        except OSError as error:
            next_step = "Choose a folder in which you may write."
            raise WorkspaceError(
                Problem("FOLDER_UNWRITABLE", "The folder cannot be made", str(place), str(error), next_step)
            ) from error
        return cls._held(place, settings, purpose)

    @classmethod
    def _held(cls, place: Path, settings: WorkspaceSettings, purpose: str) -> Workspace:
        from segmentry.engine import Engine, EngineSettings

        engine_settings = EngineSettings(
            settings.memory_limit, settings.threads, settings.temp_directory, settings.keep_versions
        )
        engine = Engine.open(place, engine_settings, purpose)
        if engine.last_run("erasure") is not None:
            from segmentry.segments.run_erasure import complete

            complete(engine)
        return cls(place, settings, engine)

    def configure(self, **values: Any) -> None:
        """Change settings, in force at once; in the settings file only what changed is written."""
        changed = self.settings.with_values(**values)
        if changed != self.settings:
            write_settings(self.folder, self.settings, changed)
            self.settings = changed

    def load(self, path: str | Path, *, progress: Progress = silent, **options: Any) -> DocumentResult:
        """Load one file, or every file of a folder of exports, as one commit.

        Args:
            path: File or folder.
            progress: Watches the work.
            **options: ``mapping`` (role to column), ``table``, ``source``, ``encoding``, ``delimiter``,
                ``decimal_mark``, ``date_format``, ``sheet``, ``format``, ``header``, ``timezone``, ``currency``.

        Returns:
            What was read, used, excluded by which rule and put aside for which reason.
        """
        from segmentry.workspace.loading import load

        return load(self, Path(path), options, progress)

    def fetch(self, connection: str | None = None, *, progress: Progress = silent) -> DocumentResult:
        """Fetch what is new from databases and services, and load it; see ``[[connections]]`` in the settings.

        Args:
            connection: Name of one connection; all of them by default.
            progress: Watches the work.

        Raises:
            SettingsError: there is no such connection, a secret is not set, or the extra is not installed.
            SourceError: the other side cannot be reached; what was fetched before stays.
        """
        from segmentry.workspace.fetching import fetch_all

        return fetch_all(self, connection, Stopwatch(progress))

    def refresh(self, as_of: datetime | None = None, *, progress: Progress = silent) -> DocumentResult:
        """Compute profiles, values and segments anew, as one commit; on an error the last good ones stay.

        Args:
            as_of: Instant (UTC, or with a zone) for which to compute; local midnight after the last order by default.
            progress: Watches the work.
        """
        from segmentry.workspace.refreshing import refresh

        return refresh(self, as_of, Stopwatch(progress))

    def status(self) -> DocumentResult:
        """What is loaded and published, as of when, and whether anything is stale."""
        from segmentry.workspace.looking import status

        return status(self)

    def value(self) -> DocumentResult:
        """What the base and each segment are worth, with intervals, and how that was found."""
        from segmentry.workspace.looking import value

        return value(self)

    def customer(self, customer: str) -> DocumentResult:
        """One customer or account in one view: parties, kinds, roles, traits, value, memberships, consents, timeline.

        Args:
            customer: Its id, or the key of one of its parties.

        Raises:
            WorkspaceError: there is no such customer.
        """
        from segmentry.workspace.customers import show

        return show(self, customer)

    def customers(self, limit: int = 20) -> DocumentResult:
        """Customers with their ids, the most valuable first: parties, kinds, since when, last seen, value.

        Args:
            limit: How many.
        """
        from segmentry.workspace.listing import customers

        return customers(self, limit)

    def customer_page(self, customer: str, path: str | Path) -> Path:
        """Write the one view of a customer or account as one self-contained HTML file; returns where it is.

        Args:
            customer: Its id, or the key of one of its parties.
            path: Where to write.

        Raises:
            WorkspaceError: there is no such customer, or the file cannot be written.
        """
        from segmentry.workspace.reporting import write_customer

        return write_customer(self, customer, Path(path))

    @property
    def is_valued(self) -> bool:
        """Whether value was computed, which a report needs; without orders it is not."""
        return self.engine.has("value_summary")

    def segments(self, segmentation: str | None = None) -> DocumentResult:
        """The segments of a segmentation, the study's by default: size, past revenue, value with intervals."""
        from segmentry.workspace.discovering import main_segmentation
        from segmentry.workspace.looking import segments

        return segments(self, segmentation or main_segmentation(self))

    @property
    def identities(self) -> Identities:
        """Who is who: doubtful links, rulings (merge, keep apart, un-merge), and how a customer came to be."""
        from segmentry.workspace.identifying import Identities

        return Identities(self)

    @property
    def definitions(self) -> Definitions:
        """Segments laid down by definitions: list, count, preview, explain, prove, apply and more."""
        from segmentry.workspace.segmenting import Definitions

        return Definitions(self)

    @property
    def voice(self) -> Voice:
        """What customers say: scores, themes, open remarks and their answers; surveys sent out and taken back."""
        from segmentry.workspace.hearing import Voice

        return Voice(self)

    @property
    def study(self) -> StudyRoom:
        """The guided study: data, recommendation, assumptions, what bases add, versions, and everything in one view."""
        from segmentry.workspace.studying import StudyRoom

        return StudyRoom(self)

    def discover(self, *, progress: Progress = silent, **options: Any) -> DocumentResult:
        """The segments found for the study, with everything that speaks for or against them.

        Args:
            progress: Watches the work.
            **options: Changes of the study (``objective``, ``decision``, ``variables``, ``fewest``, ``most``, …; see
                `segmentry.terms.study.Study`), which are put on record before segments are looked for anew.

        Raises:
            SettingsError: with every mistake in the study.
            StudyError: the study asks for traits that are not there or no numbers.
        """
        from segmentry.workspace.discovering import discover

        return discover(self, options, progress)

    def map(
        self, method: str = "plain", *, attributes: tuple[str, ...] = (), segmentation: str | None = None
    ) -> DocumentResult:
        """A map of the segments.

        Args:
            method: ``plain`` (two attributes), ``principal``, ``discriminant``, ``correspondence`` or ``perceived``.
            attributes: Traits to draw from; empty to let the map choose.
            segmentation: Which segmentation; the study's by default.

        Raises:
            SettingsError: there is no such method, segmentation or trait.
        """
        from segmentry.workspace.mapping import draw

        return draw(self, method, attributes, segmentation)

    def strategy(self, segment: str | None = None) -> DocumentResult:
        """What to do for each segment, and what not, every line with the figures behind it.

        Args:
            segment: Id or name of one segment; all of them by default.

        Raises:
            SettingsError: there is no such segment.
        """
        from segmentry.workspace.strategies import strategy

        return strategy(self, segment)

    def quality(self) -> DocumentResult:
        """What the sources lack, and what each gap costs the analysis."""
        from segmentry.workspace.looking import quality

        return quality(self)

    def tables(self) -> dict[str, TableResult]:
        """Every published table by its logical name."""
        return {name: self.table(name) for name in sorted(self.engine.current())}

    def table(self, name: str) -> TableResult:
        """A published table in its current version; `WorkspaceError` with the near miss if there is none."""
        artifact = self.engine.artifact(name)

        def read(limit: int | None) -> pa.Table:
            expression = self.engine.table(name)
            return self.engine.arrow(expression if limit is None else expression.limit(limit))

        as_of = None if artifact.as_of is None else artifact.as_of.isoformat()
        return TableResult(name, artifact.contract, as_of, artifact.rows, read)

    def document(self) -> Mapping[str, Any]:
        """Everything the main job has to say, in the shape of ``segmentry run --json``."""
        from segmentry.workspace.document import document

        return document(self)

    def report(self, path: str | Path | None = None) -> Path:
        """Write the report as one self-contained HTML file; returns where it is.

        Args:
            path: Where to write; ``report.html`` in the workspace by default.
        """
        from segmentry.workspace.reporting import write_report

        return write_report(self, None if path is None else Path(path))

    def draw(self, picture: str, path: str | Path) -> Path:
        """Write one picture as a self-contained HTML file; returns where it is.

        Args:
            picture: Name of the picture, one of `DocumentResult.figures`.
            path: Where to write.

        Raises:
            SettingsError: there is no such picture.
            WorkspaceError: the file cannot be written.
        """
        from segmentry.workspace.reporting import write_picture

        return write_picture(self, picture, Path(path))

    def close(self) -> None:
        """Let go of the workspace, so that another process may have it."""
        self.engine.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _repr_html_(self) -> str:
        return self.status()._repr_html_()


def _missing(place: Path) -> Problem:
    if not place.exists():
        given = "no such folder"
    elif not place.is_dir():
        given = "a file"
    else:
        given = f"a folder without {FILE_NAME}"
    next_step = "Make one with segmentry init, or run segmentry run on a file of orders."
    return Problem("WORKSPACE_MISSING", "There is no workspace here", str(place), given, next_step)
