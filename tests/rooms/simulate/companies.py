"""Companies with every part, loaded from their own files into a workspace, with what is true of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import segmentry as sg
from segmentry.engine import Engine
from segmentry.profiles import run as profiles
from segmentry.profiles.spec import ProfileSpec
from segmentry.simulate import PARTS, Company, CompanySpec, Exported, simulate, workspace_settings, write_exports
from segmentry.workspace import profiling

Rows = list[dict[str, Any]]

SPEC = CompanySpec(customers=1_500, seed=3, days=400, holdout_days=0, parts=PARTS)
"""Fifteen hundred customers with every part."""


@dataclass(frozen=True)
class Known:
    """A company, its files, the workspace they were loaded into, and what the load told of each file."""

    company: Company
    exported: Exported
    workspace: sg.Workspace
    loads: dict[str, dict[str, Any]]

    @property
    def engine(self) -> Engine:
        """The engine of the workspace."""
        return self.workspace.engine

    @property
    def as_of(self) -> datetime:
        """The midnight after the last day of the history."""
        spec = self.company.spec
        return datetime.combine(spec.start + timedelta(days=spec.days), datetime.min.time())

    def truth(self, name: str) -> Rows:
        """A table of the truth of a part."""
        rows: Rows = self.company.truth.parts[name].to_pylist()
        return rows

    def rows(self, name: str) -> Rows:
        """The rows of a published table."""
        return self.engine.rows(self.engine.table(name))

    def by(self, name: str, key: str = "customer_id") -> dict[str, dict[str, Any]]:
        """The rows of a published table by one column."""
        return {row[key]: row for row in self.rows(name)}

    def customer_ids(self) -> dict[str, str]:
        """The customer behind each number of a person in the files."""
        return {row["party_key"].split(":")[1]: row["customer_id"] for row in self.rows("identity")}

    def pairs(self, truth: str, true: str, table: str, found: str) -> list[tuple[Any, Any]]:
        """What is true and what was found, of every record whose trait is known."""
        ids, traits = self.customer_ids(), self.by(table)
        told = ((row[true], traits.get(ids[row["record"]], {}).get(found)) for row in self.truth(truth))
        return [(one, other) for one, other in told if one is not None and other is not None]


@contextmanager
def loaded(spec: CompanySpec, folder: Path, **settings: Any) -> Iterator[Known]:
    """The company's files in a workspace under its own settings, and such as are given over them."""
    company = simulate(spec)
    exported = write_exports(company, folder / "exports")
    with sg.init(folder / "workspace", **(workspace_settings(spec) | settings)) as workspace:
        told = workspace.load(folder / "exports").as_dict()["loads"]
        yield Known(company, exported, workspace, {Path(each["file"]).stem: each for each in told})


def publish_profiles(known: Known) -> None:
    """Identity and the traits of every module, without value and segments."""
    told = known.workspace.settings.modules
    spec = ProfileSpec(known.as_of, known.as_of.date() - timedelta(days=1), known.company.spec.currency)
    with known.engine.run("refresh", known.as_of) as run:
        catalog = profiles.refresh_parties(run, resolved=profiling.resolve(run, told))
        profiling.publish(run, told, spec, catalog)
        profiling.publish_segmented(run, told, spec, catalog)
        profiles.publish_catalog(run, catalog, spec)


def sheet(company: Company, stem: str, table: str | None = None) -> Any:
    """The rows of a file, or those of them that fill one table in a part of their own."""
    return next(each.data for each in company.sheets if each.stem == stem and table in (None, each.table))
