"""A company with known truth, of any size: the ground on which demo, benchmarks and proofs stand.

Duty: draw people, places, products, orders with seasons and occasions, returns, service, marketing and campaigns from
processes whose parameters are kept, so that what an analysis finds can be held against what is true; also null worlds
(one cloud, campaigns without effect) and processes that the value models do not fit. In: a frozen `CompanySpec`.
Out: Arrow tables shaped by the canonical contracts, a `Truth`, files as a company would export them, and, for tests of
the science alone, bare purchase histories. Everything is labeled simulated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentry.terms.lazily import fetching

if TYPE_CHECKING:
    from segmentry.simulate.company import Block, Company, shared_tables, simulate, simulate_blocks
    from segmentry.simulate.expectations import expected_given_history, expected_given_parameters
    from segmentry.simulate.exports import Exported, write_exports
    from segmentry.simulate.order_stream import order_history, write_order_lines
    from segmentry.simulate.parts.ground import Sheet
    from segmentry.simulate.parts.settings import module_settings, workspace_settings
    from segmentry.simulate.purchase_process import (
        Histories,
        Hyperparameters,
        simulate_amounts,
        simulate_histories,
    )
    from segmentry.simulate.spec import PARTS, PROCESSES, CompanySpec
    from segmentry.simulate.truth import Truth

_HOMES = {
    "Block": "company",
    "Company": "company",
    "CompanySpec": "spec",
    "Exported": "exports",
    "Histories": "purchase_process",
    "Hyperparameters": "purchase_process",
    "PARTS": "spec",
    "PROCESSES": "spec",
    "Sheet": "parts.ground",
    "Truth": "truth",
    "expected_given_history": "expectations",
    "expected_given_parameters": "expectations",
    "module_settings": "parts.settings",
    "order_history": "order_stream",
    "shared_tables": "company",
    "simulate": "company",
    "simulate_amounts": "purchase_process",
    "simulate_blocks": "company",
    "simulate_histories": "purchase_process",
    "workspace_settings": "parts.settings",
    "write_exports": "exports",
    "write_order_lines": "order_stream",
}

__all__ = [
    "PARTS",
    "PROCESSES",
    "Block",
    "Company",
    "CompanySpec",
    "Exported",
    "Histories",
    "Hyperparameters",
    "Sheet",
    "Truth",
    "expected_given_history",
    "expected_given_parameters",
    "module_settings",
    "order_history",
    "shared_tables",
    "simulate",
    "simulate_amounts",
    "simulate_blocks",
    "simulate_histories",
    "workspace_settings",
    "write_exports",
    "write_order_lines",
]

__getattr__ = fetching(__name__, _HOMES)


def __dir__() -> list[str]:
    return list(__all__)
