"""Who is who: links that wait for a person, rulings, and how each customer came to be who it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from segmentry.profiles import run_rulings
from segmentry.terms.errors import Problem, WorkspaceError
from segmentry.terms.numbers import as_json
from segmentry.workspace.looking import as_of, rows_where
from segmentry.workspace.results import DocumentResult, TableResult

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

SHOWN = 200
"""Doubtful links, and decisions, that are shown."""


class Identities:
    """Who is who; ``workspace.identities``.

    Args:
        workspace: The workspace, refreshed at least once.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def review(self) -> DocumentResult:
        """How many parties make how many customers, and links that were too doubtful to merge, the likeliest first."""
        self._require()
        doubts = sorted(rows_where(self.workspace, "identity_review"), key=_by_probability)
        engine = self.workspace.engine
        identity = engine.table("identity")
        counts = engine.rows(identity.aggregate(parties=identity.count(), customers=identity.customer_id.nunique()))[0]
        last = engine.last_run("refresh")
        document = {
            "as_of": as_of(self.workspace),
            **counts,
            "doubtful": len(doubts),
            "review": as_json(doubts[:SHOWN]),
            "report": None if last is None else last.notes.get("identity"),
        }
        return DocumentResult("Who is who", document, self._tables())

    def history(self, customer: str) -> DocumentResult:
        """Every decision about the parties of a customer, by which evidence and since when.

        Args:
            customer: Its id, or the key of one of its parties.

        Raises:
            WorkspaceError: there is no such customer.
        """
        from segmentry.workspace.customers import found_customer

        id_, keys = found_customer(self.workspace, customer)
        rows = [row for key in keys for row in rows_where(self.workspace, "identity_decisions", party_key=key)]
        rows.sort(key=lambda row: (row["recorded_at"], row["party_key"]))
        aliases = rows_where(self.workspace, "identity_aliases", customer_id=id_)
        document = {
            "customer_id": id_,
            "parties": keys,
            "aliases": [row["alias"] for row in aliases],
            "decisions": as_json(rows[-SHOWN:]),
        }
        return DocumentResult(f"How {id_} came to be", document)

    def merge(self, left: str, right: str, because: str) -> DocumentResult:
        """Rule that two customers are one; the older id stays. It takes effect with the next refresh.

        Raises:
            RulingError: nobody is called so, or no reason is given.
        """
        return self._rule(run_rulings.merge, "merge", (left, right), because)

    def keep_apart(self, left: str, right: str, because: str) -> DocumentResult:
        """Rule that two customers, or two parts of one, are two. It takes effect with the next refresh."""
        return self._rule(run_rulings.keep_apart, "keep_apart", (left, right), because)

    def unmerge(self, customer: str, because: str) -> DocumentResult:
        """Rule that the last merge of a customer was wrong; both get back what was theirs with the next refresh."""
        return self._rule(run_rulings.unmerge, "unmerge", (customer,), because)

    def _rule(self, rule: Callable[..., None], word: str, customers: tuple[str, ...], because: str) -> DocumentResult:
        self._require()
        with self.workspace.engine.run("ruling") as run:
            rule(run, *customers, because)
            run.notes["ruling"] = word
        document = {"ruling": word, "customers": list(customers), "because": because, "in_force": "next refresh"}
        return DocumentResult("Ruled", document)

    def _require(self) -> None:
        if not self.workspace.engine.has("identity"):
            next_step = "Load data and run segmentry refresh."
            place = str(self.workspace.folder)
            raise WorkspaceError(Problem("NOT_REFRESHED", "Nothing was computed yet", place, "", next_step))

    def _tables(self) -> dict[str, Callable[[], Any]]:
        names = ("identity_review", "identity_clusters", "identity_aliases", "identity_decisions", "identity_rulings")
        tables: dict[str, TableResult] = {
            name: self.workspace.table(name) for name in names if self.workspace.engine.has(name)
        }
        return {name: table.table for name, table in tables.items()}


def _by_probability(row: dict[str, Any]) -> tuple[Any, ...]:
    return -row["probability"], row["left_party"], row["right_party"]
