"""Small exports for tests, written the way a shop would."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

HEADER = "CustomerNo,InvoiceNo,InvoiceDate,StockCode,Quantity,UnitPrice"


def order_lines(customers: int = 80, seed: int = 5, prefix: str = "") -> list[str]:
    """Lines of orders of customers who differ in how often they buy, over two years."""
    chance = random.Random(seed)
    eager = [chance.gammavariate(0.6, 1.0) for _ in range(customers)]
    lines = []
    for order in range(customers * 4):
        day = date(2022, 1, 1) + timedelta(days=chance.randrange(720))
        customer = chance.choices(range(customers), eager)[0]
        for _ in range(chance.randint(1, 3)):
            product = chance.randrange(40)
            bought = f"P{product},{chance.randint(1, 6)},{product + 0.5}"
            lines.append(f"C{prefix}{customer:04d},{prefix}{order:05d},{day},{bought}")
    return lines


def write_orders(path: Path, customers: int = 80, seed: int = 5, prefix: str = "") -> Path:
    """A small export of orders as CSV."""
    path.write_text("\n".join([HEADER, *order_lines(customers, seed, prefix)]) + "\n", encoding="utf8")
    return path
