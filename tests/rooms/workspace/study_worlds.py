"""A planted company as files: income drives spend, region has nothing to do with it, lines follow the segment."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

FIRST = date(2024, 1, 1)


def write_world(folder: Path, customers: int = 400, seed: int = 3, *, null: bool = False) -> Path:
    """Orders, customers and campaign contacts of a company.

    Args:
        folder: Where to write ``orders.csv``, ``customers.csv`` and ``touches.csv``.
        customers: Their number.
        seed: Seed.
        null: Whether income, too, has nothing to do with anything.
    """
    chance = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    orders = ["customer_id,order_id,order_date,product_id,category,quantity,unit_price"]
    people = ["customer_id,income_level,region,gender"]
    touches = ["campaign_id,party_key,touched_at,arm,responded"]
    number = 0
    for place in range(customers):
        name = f"C{place:04d}"
        rich = chance.random() < 0.5
        drive = 0.5 if null else float(rich)
        people.append(
            f"{name},{'high' if rich else 'low'},{chance.choice(['red', 'green', 'blue'])},"
            f"{chance.choice(['female', 'male'])}"
        )
        for month in range(12):
            if month and chance.random() > 0.25 + 0.5 * drive:
                continue
            number += 1
            day = FIRST + timedelta(days=30 * month + chance.randrange(28))
            line = ("wine" if drive > 0.6 else "beer") if chance.random() < 0.8 else "bread"
            price = round((10 + 50 * drive) * chance.lognormvariate(0, 0.3), 2)
            orders.append(f"{name},{number},{day},P-{line},{line},1,{price}")
        answered = chance.random() < 0.05 + 0.3 * drive
        touches.append(f"spring,{name},2024-06-01,treated,{str(answered).lower()}")
    for file, lines in (("orders.csv", orders), ("customers.csv", people), ("touches.csv", touches)):
        (folder / file).write_text("\n".join(lines) + "\n", encoding="utf8")
    return folder
