"""Connections: a real PostgreSQL and a real HTTP service, fetched step by step, cut off, resumed and refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

import segmentry as sg
from segmentry.sources.connections import fetch, read_connections
from segmentry.sources.connections.snapshot import write_snapshot
from segmentry.terms.errors import SettingsError, SourceError
from tests.rooms.sources import postgres

ORDERS = """CREATE TABLE orders ("OrderNo" int PRIMARY KEY, "CustomerNo" text, "OrderDate" timestamp, "Quantity" int,
    "UnitPrice" numeric(10, 2), "Product" text, updated_at timestamptz NOT NULL)"""


def told(url: str, **further: Any) -> dict[str, Any]:
    table = {"name": "orders", "key": "OrderNo", "cursor": "updated_at"} | further
    return {"name": "crm", "kind": "sql", "url": url, "tables": [table]}


def insert(connection: sa.Connection, *rows: tuple[int, str, int]) -> None:
    for number, customer, day in rows:
        connection.execute(
            sa.text("INSERT INTO orders VALUES (:n, :c, :d, 2, 9.95, 'lamp', :u)"),
            {"n": number, "c": customer, "d": datetime(2024, 1, day, 12), "u": datetime(2024, 2, day)},
        )


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.server() as url:
        yield url


@pytest.fixture
def database(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Connection]:
    """The database with an empty table of orders."""
    monkeypatch.setenv("SHOP_PASSWORD", quote(postgres.PASSWORD))
    engine = sa.create_engine(
        address.replace("${SHOP_PASSWORD}", quote(postgres.PASSWORD)), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS orders"))
        connection.execute(sa.text(ORDERS))
        yield connection
    engine.dispose()


def test_postgres_is_fetched_step_by_step(database: sa.Connection, address: str, tmp_path: Path) -> None:
    """What changed is fetched, a changed row replaces the one before, and the third fetch brings nothing new."""
    connection = read_connections([told(address)])[0]
    insert(database, (1, "ann", 1), (2, "bob", 2))
    assert fetch(connection, tmp_path)[0].rows == 2
    database.execute(sa.text('UPDATE orders SET "Quantity" = 5, updated_at = \'2024-03-01\' WHERE "OrderNo" = 1'))
    insert(database, (3, "eve", 3))
    found = fetch(connection, tmp_path)[0]
    assert (found.rows, found.brought, found.increments) == (3, 2, 2)
    rows = {row["order_no"]: row["quantity"] for row in pq.read_table(found.path).to_pylist()}
    assert rows == {1: 5, 2: 2, 3: 2}
    increments = sum(pq.read_metadata(each).num_rows for each in (tmp_path / "crm" / "orders").glob("*.parquet"))
    assert increments == 4
    again = fetch(connection, tmp_path)[0]
    assert (again.rows, again.brought, again.increments) == (3, 0, 2)


def test_a_workspace_fetches_and_loads(database: sa.Connection, address: str, tmp_path: Path) -> None:
    """Orders of a database are orders like any; fetched again they replace themselves, and no secret is written."""
    insert(database, *((number, f"c{number % 3}", 1 + number) for number in range(9)))
    with sg.init(tmp_path / "shop", currency="EUR", connections=(told(address),)) as workspace:
        first = workspace.fetch().as_dict()["fetched"][0]
        assert (first["rows"], first["load"]["rows_used"]) == (9, 9)
        database.execute(sa.text('UPDATE orders SET "Quantity" = 4, updated_at = \'2024-05-01\' WHERE "OrderNo" = 8'))
        insert(database, (9, "c0", 20))
        assert workspace.fetch("crm").as_dict()["fetched"][0]["rows"] == 10
        lines = workspace.table("order_lines").table().to_pylist()
        assert {int(line["order_id"]): int(line["quantity"]) for line in lines} == {
            **dict.fromkeys(range(10), 2),
            8: 4,
        }
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert postgres.PASSWORD.encode() not in path.read_bytes()
            assert quote(postgres.PASSWORD).encode() not in path.read_bytes()


def test_a_failed_fetch_changes_nothing_and_tells_no_secret(
    database: sa.Connection, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password, a missing table and a missing column are told; the next good fetch goes on."""
    connection = read_connections([told(address)])[0]
    insert(database, (1, "ann", 1))
    fetch(connection, tmp_path)
    for broken in ({"SHOP_PASSWORD": "wrong-secret"}, None):
        other = read_connections([told(address, **({} if broken else {"name": "nothing"}))])[0]
        with pytest.raises(SourceError) as caught:
            fetch(other, tmp_path, broken)
        assert caught.value.code == "CONNECTION_FAILED"
        assert "secret" not in str(caught.value)
    insert(database, (2, "bob", 2))
    assert fetch(connection, tmp_path)[0].rows == 2


class _Service(BaseHTTPRequestHandler):
    rows: ClassVar[list[dict[str, Any]]] = []
    asked: ClassVar[list[dict[str, list[str]]]] = []

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        type(self).asked.append(query)
        if self.headers["Authorization"] != "Bearer open sesame":
            self.send_response(401)
            self.end_headers()
            return
        since = query.get("since", [""])[0]
        body = json.dumps({"data": [row for row in self.rows if row["changed"] > since]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    """A service on loopback that answers with customers."""
    _Service.rows = [
        {"id": place, "email": f"c{place}@shop.example", "country": "Spain", "changed": f"2024-01-0{place}T00:00:00Z"}
        for place in (1, 2)
    ]
    _Service.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def rest(url: str) -> dict[str, Any]:
    table = {"name": "customers", "key": "id", "cursor": "changed", "cursor_parameter": "since", "records": "data"}
    return {"name": "api", "kind": "rest", "url": url, "token": "${TOKEN}", "tables": [table]}


def test_a_service_is_asked_for_what_is_new(service: str, tmp_path: Path) -> None:
    """The second request begins where the first ended; a changed customer replaces the one before."""
    connection, environment = read_connections([rest(service)])[0], {"TOKEN": "open sesame"}
    assert fetch(connection, tmp_path, environment)[0].rows == 2
    _Service.rows.append({"id": 3, "email": "x", "country": "Peru", "changed": "2024-01-05T00:00:00Z"})
    _Service.rows[0] |= {"country": "France", "changed": "2024-01-06T00:00:00Z"}
    found = fetch(connection, tmp_path, environment)[0]
    assert {row["id"]: row["country"] for row in pq.read_table(found.path).to_pylist()} == {
        1: "France",
        2: "Spain",
        3: "Peru",
    }
    assert _Service.asked[-1]["since"][0].startswith("2024-01-02")
    with pytest.raises(SourceError) as caught:
        fetch(connection, tmp_path, {"TOKEN": "guess"})
    assert "guess" not in str(caught.value)


def test_a_snapshot_holds_the_newest_of_every_key(tmp_path: Path) -> None:
    """Later increments win, new columns are added, rows without a key are all kept, and nothing half-written stays."""
    for name, rows in (("a", [{"id": 1, "x": 1}, {"id": 2, "x": 2}]), ("b", [{"id": 1, "x": 9, "y": "new"}])):
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / f"{name}.parquet")
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    assert write_snapshot(paths, ["id"], tmp_path / "out.parquet") == 2
    found = {row["id"]: row for row in pq.read_table(tmp_path / "out.parquet").to_pylist()}
    assert found == {1: {"id": 1, "x": 9, "y": "new"}, 2: {"id": 2, "x": 2, "y": None}}
    assert write_snapshot(paths, [], tmp_path / "out.parquet") == 3
    assert write_snapshot([], ["id"], tmp_path / "none.parquet") == 0
    assert not list(tmp_path.glob("*.partial"))


@pytest.mark.parametrize(
    ("entry", "codes"),
    [
        ({"name": "a b", "kind": "ftp", "url": ""}, {"CONNECTION_WRONG"}),
        (told("postgresql://shop:open@localhost/x"), {"SECRET_WRITTEN"}),
        (rest("http://x") | {"token": "abc"}, {"SECRET_WRITTEN"}),
        (told("sqlite://", curser="x"), {"SETTING_UNKNOWN"}),
        (rest("http://x") | {"tables": [{"name": "x", "cursor_parameter": "since"}]}, {"CONNECTION_WRONG"}),
        ("crm", {"CONNECTION_WRONG"}),
    ],
)
def test_wrong_connections_are_refused_when_settings_are_read(entry: Any, codes: set[str]) -> None:
    """Every mistake is told at once, and a secret that is written out is one; it is not repeated."""
    with pytest.raises(SettingsError) as caught:
        read_connections([entry])
    assert {each.code for each in caught.value.problems} == codes
    assert "open" not in str(caught.value)


def test_a_missing_secret_and_a_wrong_address_are_told(tmp_path: Path) -> None:
    """Nothing is fetched before every variable is set and the address is one."""
    with pytest.raises(SettingsError) as caught:
        fetch(read_connections([told("postgresql+psycopg://u:${NOT_SET}@h/d")])[0], tmp_path, {})
    assert caught.value.code == "SECRET_MISSING"
    with pytest.raises(SettingsError) as caught:
        fetch(read_connections([told("nonsense")])[0], tmp_path, {})
    assert caught.value.code == "CONNECTION_WRONG"


def test_a_workspace_without_connections_says_how_to_write_one(tmp_path: Path) -> None:
    """The way out is in the error; an unknown name brings the near miss."""
    with sg.init(tmp_path / "shop") as workspace, pytest.raises(SettingsError) as caught:
        workspace.fetch()
    assert caught.value.code == "CONNECTION_MISSING"
    told_of = (told("sqlite:///x"),)
    with sg.init(tmp_path / "other", connections=told_of) as workspace, pytest.raises(SettingsError) as caught:
        workspace.fetch("crn")
    assert "crm" in caught.value.problems[0].next_step
