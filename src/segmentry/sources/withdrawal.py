"""What a corrected file no longer tells: rows of its earlier load go from every table that it filled then."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from segmentry.engine import Run
from segmentry.sources.generic import TABLES
from segmentry.sources.generic_load import canonical_rows, loaded_contract
from segmentry.sources.plan import Planned
from segmentry.terms.canonical import ACCOUNT_CONTACTS, CUSTOMERS, PRODUCTS

JOINED = (ACCOUNT_CONTACTS.name, CUSTOMERS.name, PRODUCTS.name)
"""Tables that are put together from several ones, so published elsewhere."""


def withdraw(run: Run, planned: Sequence[Planned], filled: Collection[str]) -> set[str]:
    """Take the rows of replaced loads out of the tables that their files fill no longer.

    Args:
        run: The run, in which the tables of the new loads are published.
        planned: The files.
        filled: Names of the tables that they fill; what they replace there is gone already.

    Returns:
        Names of the canonical tables that changed.
    """
    before = {load.id: load.contract_name for load in run.engine.loads()}
    gone = {plan.replaces: before.get(plan.replaces, "") for plan in planned if plan.replaces}
    changed = {name for name in gone.values() if name in TABLES and name not in filled and run.has(f"loaded_{name}")}
    for name in sorted(changed):
        loads = [load for load, table in gone.items() if table == name]
        earlier = run.table(f"loaded_{name}")
        contract = TABLES[name]
        run.publish(loaded_contract(contract), earlier.filter(~earlier.load_id.isin(loads)))
        if name not in JOINED:
            run.publish(contract, canonical_rows(run.table(f"loaded_{name}"), contract), parents=(f"loaded_{name}",))
    return changed
