"""Who is who: links that wait for a person, rulings, and how each customer came to be who it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from segmentry.profiles import run_rulings
from segmentry.profiles.identity.rulings import RulingError
from segmentry.terms.errors import Problem, WorkspaceError, shorten
from segmentry.terms.numbers import as_json
from segmentry.workspace.looking import as_of, people, rows_where
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
        counts, last = people(self.workspace), self.workspace.engine.last_run("refresh")
        document = {
            "as_of": as_of(self.workspace),
            "parties": counts["parties"],
            "customers": counts["customers"],
            "doubtful": len(doubts),
            "review": as_json(doubts[:SHOWN]),
            "report": None if last is None else last.notes.get("identity"),
        }
        return DocumentResult("Who is who", document, self._tables())

    def history(self, customer: str) -> DocumentResult:
        """Every decision that moved parties to or from a customer, and rulings that wait for the next refresh.

        Args:
            customer: Its id, or the key of one of its parties.

        Raises:
            WorkspaceError: there is no such customer.
        """
        from segmentry.workspace.customers import found_customer

        id_, keys = found_customer(self.workspace, customer)
        rows = self._about("identity_decisions", keys, customer_id=id_, from_customer_id=id_)
        aliases = rows_where(self.workspace, "identity_aliases", customer_id=id_)
        document = {
            "customer_id": id_,
            "parties": keys,
            "aliases": [row["alias"] for row in aliases],
            "decisions": as_json(rows[-SHOWN:]),
            "waiting": self._waiting(id_, keys),
        }
        return DocumentResult(f"How {id_} came to be", document)

    def _about(self, table: str, keys: list[str], **customers: str) -> list[dict[str, Any]]:
        """Rows of a table of identity that name one of the parties or, in a column, the customer, by time."""
        found = [row for key in keys for row in rows_where(self.workspace, table, party_key=key)]
        for column, id_ in customers.items():
            found += [row for row in rows_where(self.workspace, table, **{column: id_}) if row not in found]
        return sorted(found, key=lambda row: (row["recorded_at"], row["party_key"]))

    def _waiting(self, id_: str, keys: list[str]) -> list[dict[str, Any]]:
        """Rulings recorded after the last refresh, each once, with every party it names."""
        refreshed = self.workspace.engine.last_run("refresh")
        if refreshed is None:
            return []
        waiting: dict[str, dict[str, Any]] = {}
        for row in self._about("identity_rulings", keys, customer_id=id_):
            if row["recorded_at"] > refreshed.started_at:
                parties = rows_where(self.workspace, "identity_rulings", ruling_id=row["ruling_id"])
                told = {name: as_json(row[name]) for name in ("ruling", "because", "recorded_at")}
                waiting[row["ruling_id"]] = told | {"parties": [each["party_key"] for each in parties]}
        return list(waiting.values())

    def merge(self, left: str, right: str, because: str) -> DocumentResult:
        """Rule that two customers are one; the older id stays. It takes effect with the next refresh.

        Raises:
            RulingError: nobody is called so, no reason is given, or one of them was erased.
        """
        self._require_not_erased(left, right)
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

    def _require_not_erased(self, *customers: str) -> None:
        """`RulingError` where one was erased: merged, somebody would be known again by what was to be forgotten."""
        from segmentry.segments.erasure import erased_among, names_of

        self._require()
        engine = self.workspace.engine
        gone = [name for name in customers if erased_among(engine, names_of(engine, [name]))]
        if gone:
            what, next_step = "An erased customer is not merged with anybody", "Delete the record at the source."
            raise RulingError(Problem("CUSTOMER_ERASED", what, "merge", shorten(name), next_step) for name in gone)

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
