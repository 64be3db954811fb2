"""The study of a workspace as people ask it: one verb for each step."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from segmentry.charts import bases_picture
from segmentry.discovery.guide.short_form import short_form
from segmentry.discovery.guide.spec import GuideSpec
from segmentry.discovery.guide.statements import read_statement
from segmentry.discovery.guide.testing import StatementTests
from segmentry.discovery.run_bases import bases_added
from segmentry.discovery.run_guide import examine_assumptions, keep_version, record_assumption, record_questions
from segmentry.terms.errors import Problem, StudyError
from segmentry.terms.numbers import NotEstimable, as_json
from segmentry.workspace.discovering import discover
from segmentry.workspace.looking import locale, read
from segmentry.workspace.progress import Progress, silent
from segmentry.workspace.results import DocumentResult
from segmentry.workspace.studying import documents, sides
from segmentry.workspace.studying.standing import instant, last_day, published, recorded_study
from segmentry.workspace.studying.whole import FoundSegments, found_segments, whole

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace


class StudyRoom:
    """The guided study; ``workspace.study``.

    Args:
        workspace: The workspace, refreshed at least once.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def data(self) -> DocumentResult:
        """Data the objective needs: what is there and how fresh, what is missing, what gaps cost, how to collect it."""
        return DocumentResult("Data of the study", documents.data(self.workspace))

    def recommend(self) -> DocumentResult:
        """Bases, variables and method for objective, data and sample, with reasons."""
        return DocumentResult("What is recommended", documents.recommendation(self.workspace))

    def assume(self, statement: str, owner: str | None = None) -> DocumentResult:
        """Put an assumption on record and test it together with all others.

        Args:
            statement: Such as ``share of segment "Loyal" > 20 %``, ``spend is higher in (orders > 3) than in (orders <=
                3)``, ``mean spend in segment "Loyal" > 100`` or ``age and spend go together``.
            owner: Who states it.

        Raises:
            StudyError: it cannot be tested, or asks for traits that are not there or locked.
            DefinitionError: a condition or segment is wrong.
        """
        found, tests = read_statement(statement), self._tests()
        tests.check(found)
        with self.workspace.engine.run("study", instant(self.workspace)) as run:
            record_assumption(run, tests.study, found, owner)
            examine_assumptions(run, tests, instant(self.workspace))
        return self.assumptions()

    def assumptions(self, *, test: bool = False) -> DocumentResult:
        """The register: every assumption as stated, with its latest verdict and those before.

        Args:
            test: Test all of them anew first, on the data as they are now; verdicts of before stay on record.
        """
        if test:
            tests = self._tests()
            with self.workspace.engine.run("study", instant(self.workspace)) as run:
                examine_assumptions(run, tests, instant(self.workspace))
        return DocumentResult("Assumptions", documents.register(self.workspace), self._tables("study_verdicts"))

    def bases(self, *, measure: str | None = None, period_days: int = 0) -> DocumentResult:
        """What each basis adds to the prediction of the study's outcome, out of sample, with intervals.

        Args:
            measure: ``next_spend``, ``retained`` or the name of a trait; the study's by default.
            period_days: Length of the period in which the outcome is measured; a quarter of the history by default.

        Raises:
            StudyError: the outcome is no trait.
        """
        study, moment = recorded_study(self.workspace), instant(self.workspace)
        spec = GuideSpec(study.id, moment, last_day(self.workspace), measure or study.measure, period_days)
        with self.workspace.engine.run("study", moment) as run:
            answer, how = bases_added(run, spec)
        document = {"as_of": as_json(moment), "study": study.id, **documents.bases(answer, how)}
        drawn, settings = {}, self.workspace.settings
        if isinstance(document["bases"], list):
            drawn = {"bases": partial(bases_picture, as_json(document), locale(settings), settings.timezone)}
        return DocumentResult("What each basis adds", document, self._tables("study_bases"), drawn)

    def questions(self, *, most: int = 6) -> DocumentResult:
        """Golden questions: the fewest questions of the surveys loaded that tell the segments of the study apart.

        They are asked of new respondents; constant and weights of each segment say where their answers put them.

        Args:
            most: Most questions.

        Raises:
            StudyError: ``most`` is below 1.
        """
        if most < 1:
            step = "Five or six are usual."
            raise StudyError(Problem("QUESTIONS_TOO_FEW", "At least one question is needed", "most", str(most), step))
        study, moment, found = recorded_study(self.workspace), instant(self.workspace), found_segments(self.workspace)
        document = {"as_of": as_json(moment), "study": study.id}
        if isinstance(found, NotEstimable):
            return DocumentResult("Golden questions", document | {"questions": found})
        with self.workspace.engine.run("study", moment) as run:
            form = short_form(run, study.id, most=most)
            record_questions(run, study.id, moment, form)
        document |= documents.questions(form, found.names)
        return DocumentResult("Golden questions", document, self._tables("study_questions"))

    def run(self, *, progress: Progress = silent, **options: Any) -> DocumentResult:
        """Put the study on record, find its segments, and keep them as a version.

        Args:
            progress: Watches the work.
            **options: Changes of the study; see `segmentry.Workspace.discover`.

        Raises:
            SettingsError: with every mistake in the study; one without a decision is refused.
            StudyError: it asks for traits that are not there or do not suit the method.
        """
        discover(self.workspace, options, progress)
        segments = found_segments(self.workspace)
        if isinstance(segments, FoundSegments):
            moment, study = instant(self.workspace), recorded_study(self.workspace)
            with self.workspace.engine.run("study", moment) as run:
                keep_version(run, study.id, moment, segments.rows(), segments.version())
        return self.show()

    def compare(self, before: str, after: str) -> DocumentResult:
        """Two versions side by side: overlap, agreement, and what changed in size, value and stability.

        Args:
            before: A study (its latest version) or a version, such as ``loyalty@2026-01-01``.
            after: The other one.

        Raises:
            StudyError: one of them is not on record.
        """
        return DocumentResult("Versions side by side", sides.compare(self.workspace, before, after))

    def lines(self) -> DocumentResult:
        """Segments against lines of business: who of which segment buys which line most."""
        found = found_segments(self.workspace)
        ids = found.ids if isinstance(found, FoundSegments) else []
        study = recorded_study(self.workspace)
        document = {"as_of": as_json(instant(self.workspace)), "segmentation": study.id}
        return DocumentResult(
            "Segments and lines of business", document | {"crossed": documents.lines(self.workspace, study.id, ids)}
        )

    def show(self) -> DocumentResult:
        """Everything about the study in one document, with the gates of the ten steps."""
        return DocumentResult("The study", whole(self.workspace))

    def _tests(self) -> StatementTests:
        study = recorded_study(self.workspace)
        return StatementTests(published(self.workspace), study.id, self.workspace.settings.timezone)

    def _tables(self, *names: str) -> dict[str, Any]:
        return {name: partial(read, self.workspace, name) for name in names if self.workspace.engine.has(name)}
