"""The rules by which lines are left out, in order; each with its words and its test.

The vocabularies are deliberately small: what they do not know stays a good and is visible in the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.sources.spec import Rules

_CODES = """POST POSTAGE DOT M MANUAL D DISCOUNT S SAMPLES C2 C3 CARRIAGE PADS CRUK AMAZONFEE AMAZON_FEE B BANKCHARGES
    SHIPPING SHIP FREIGHT HANDLING DELIVERY VERSAND VERSANDKOSTEN PORTO FRACHT FEE FEES SURCHARGE TIP TIPS
    ADJUST ADJUST2 TEST TEST001 TEST002 ROUNDING"""
_DESCRIPTIONS = """postage; dotcom postage; carriage; next day carriage; shipping; shipping fee; shipping cost;
    shipping costs; shipping charge; shipping & handling; shipping and handling; freight; delivery; delivery fee;
    delivery charge; handling fee; bank charges; amazon fee; manual; discount; samples; cruk commission;
    adjust bad debt; this is a test product.; gift voucher; gift card; e-gift card; voucher; surcharge; payment fee;
    rounding; tip; deposit; versand; versandkosten; versandkostenpauschale; porto; fracht; gutschein;
    geschenkgutschein; pfand; rabatt; frais de port; frais de livraison; livraison; carte cadeau; remise;
    gastos de envio; gastos de envío; envio; envío; tarjeta regalo; descuento; spese di spedizione; spedizione;
    buono regalo; sconto; verzendkosten"""
_STATES = """cancelled canceled cancel void voided failed declined expired abandoned unavailable unpaid pending
    storniert storno abgebrochen annule annulé annulee annulée cancelado cancelada anulado annullato annullata
    geannuleerd"""

FEE_CODES = frozenset(_CODES.split()) | {"BANK CHARGES", "AMAZON FEE", "SHIPPING FEE"}
"""Product codes that are no goods; written in capitals here, met in small letters as well."""

FEE_NAMES = frozenset(" ".join(name.split()) for name in _DESCRIPTIONS.split(";"))
"""Whole descriptions that are no goods; small letters here, met in capitals and with capitals as well."""

_SPELLED = sorted({form(name) for name in FEE_NAMES for form in (str.lower, str.upper, str.capitalize, str.title)})

CANCELLED = frozenset(_STATES.split())
"""States of an order, in small letters, that mean it was called off or never paid."""

CREDIT_PREFIXES = ("C", "GS")
ADJUSTMENT_PREFIXES = ("A",)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: name, what it says in words, and the switch in `Rules` that turns it on."""

    name: str
    description: str
    switch: str


RULES = (
    Rule(
        "overlap",
        "the same line in another file or part; the larger count of equal lines stays",
        "merge_overlapping_exports",
    ),
    Rule("repeated", "repeats of a line inside one file", "exclude_repeated"),
    Rule("cancelled", "orders that were called off or never paid", "exclude_cancelled"),
    Rule("adjustments", "bookkeeping entries such as bad debt", "exclude_adjustments"),
    Rule("fees", "postage, charges, vouchers, manual and test entries: no goods", "exclude_fees"),
    Rule("zero_price", "lines without any amount: gifts, samples, stock corrections", "exclude_zero_price"),
    Rule("without_customer", "lines that name no customer", "exclude_without_customer"),
)
"""All rules in the order in which they are applied; a line is counted under the first that fits it."""

NAMES = tuple(rule.name for rule in RULES)


def switched_on(rules: Rules) -> tuple[Rule, ...]:
    """The rules that are turned on, in order."""
    return tuple(rule for rule in RULES if getattr(rules, rule.switch))


def own_rule(
    rules: Rules,
    *,
    order_id: ir.StringValue | None,
    numbered: bool,
    product_id: ir.StringValue | None,
    product_name: ir.StringValue | None,
    status: ir.StringValue | None,
    amount: ir.DecimalValue | None,
    party_key: ir.StringValue,
) -> ir.StringValue:
    """Name of the first rule that leaves a line out for what it says itself; null where none does.

    Args:
        rules: Which rules are on.
        order_id: Number of the order, where the file has one.
        numbered: Whether orders are plain numbers, so that letters before them mean something.
        product_id: Number of the product.
        product_name: Description of the product.
        status: State of the order.
        amount: Net amount of a line of products; None where a row is a whole purchase, which may be free of charge.
        party_key: Customer; null where the line names none.
    """
    tests: dict[str, ir.BooleanValue | None] = {
        "cancelled": None if status is None else status.lower().isin(sorted(CANCELLED)),
        "adjustments": is_adjustment(order_id, numbered),
        "fees": is_fee(product_id, product_name),
        "zero_price": None if amount is None else amount == 0,
        "without_customer": party_key.isnull(),
    }
    cases = [
        (test, ibis.literal(rule.name)) for rule in switched_on(rules) if (test := tests.get(rule.name)) is not None
    ]
    return ibis.cases(*cases, else_=ibis.null("string")) if cases else ibis.null("string")


def is_fee(product_id: ir.StringValue | None, product_name: ir.StringValue | None) -> ir.BooleanValue | None:
    """Whether product code or whole description is in the vocabulary of what is no good."""
    tests = []
    if product_id is not None:
        tests.append(product_id.isin(_vocabulary().code) | product_id.startswith("gift_"))
    if product_name is not None:
        tests.append(product_name.isin(_vocabulary().description))
    return None if not tests else ibis.or_(*(test.fill_null(False) for test in tests))


@lru_cache(maxsize=1)
def _vocabulary() -> ir.Table:
    """What is no good, in every usual spelling; a table, since long lists make long queries."""
    codes = {form(code) for code in FEE_CODES for form in (str.lower, str.upper, str.capitalize)}
    pairs = list(zip_longest(sorted(codes), _SPELLED, fillvalue=""))
    table = pa.table({"code": [code for code, _ in pairs], "description": [name for _, name in pairs]})
    return ibis.memtable(table)


def is_credit(order_id: ir.StringValue | None, numbered: bool) -> ir.BooleanValue | None:
    """Whether the number of the invoice marks a credit note or cancellation."""
    if order_id is None or not numbered:
        return None
    return ibis.or_(*(order_id.startswith(prefix) for prefix in CREDIT_PREFIXES))


def is_adjustment(order_id: ir.StringValue | None, numbered: bool) -> ir.BooleanValue | None:
    """Whether the number of the invoice marks a bookkeeping entry."""
    if order_id is None or not numbered:
        return None
    return order_id.startswith(ADJUSTMENT_PREFIXES[0])
