"""Segments of real accounts: definitions over their own traits and sales, against SQL written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import segmentry as sg

pytestmark = pytest.mark.real

DEFINITIONS = {
    "technology": ('industry = "technology"', "replace(sector, 'technolgy', 'technology') = 'technology'"),
    "abroad": ('given_office_location != "United States"', "office_location != 'United States'"),
    "old_and_large": (
        "company_age_years >= 30 and employees >= 5000",
        "2017 - year_established >= 30 and employees >= 5000",
    ),
    "winners": ("win_rate > 0.65", "rate > 0.65"),
    "much_won": ("won_amount is in top 10%", "won >= (SELECT won FROM sales ORDER BY won DESC LIMIT 1 OFFSET 8)"),
    "not_retail": ('not (industry = "retail")', "sector != 'retail'"),
}
SALES = """WITH accounts AS (SELECT * FROM read_csv('{folder}/accounts.csv')),
    sales AS (SELECT account, avg((deal_stage = 'Won')::int) FILTER (deal_stage IN ('Won', 'Lost')) AS rate,
        sum(close_value) FILTER (deal_stage = 'Won') AS won
        FROM read_csv('{folder}/sales_pipeline.csv') WHERE account IS NOT NULL GROUP BY account)
    SELECT 'account:' || account FROM accounts LEFT JOIN sales USING (account) WHERE {where}"""


@pytest.fixture(scope="module")
def workspace(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sg.Workspace]:
    folder = data_folder / "crm_opportunities"
    with sg.init(tmp_path_factory.mktemp("crm") / "b2b", currency="USD") as opened:
        opened.load(folder / "accounts.csv")
        opened.load(folder / "sales_pipeline.csv")
        (opened.folder / "segments").mkdir()
        for id_, (text, _) in DEFINITIONS.items():
            path = opened.folder / "segments" / f"{id_}.yaml"
            path.write_text(f"name: {id_}\nof: accounts\nwhere: |\n  {text}\n", encoding="utf8")
        opened.refresh()
        yield opened


@pytest.mark.parametrize("id_", DEFINITIONS)
def test_segments_of_accounts_are_those_of_the_file(workspace: sg.Workspace, data_folder: Path, id_: str) -> None:
    """Members are the accounts that SQL over the raw files finds, and the referee agrees."""
    query = SALES.format(folder=data_folder / "crm_opportunities", where=DEFINITIONS[id_][1])
    with duckdb.connect() as connection:
        wanted = {row[0] for row in connection.execute(query).fetchall()}
    members = set(workspace.definitions.members(id_).table()["customer_id"].to_pylist())
    assert members == wanted
    assert 0 < len(members) < 85
    assert workspace.definitions.prove(id_, sample=None).as_dict()["proved"]
