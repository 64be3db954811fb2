"""Connections told wrongly, secrets that would leak, and services that answer half, nonsense or nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from segmentry.sources.connections import Connection, fetch, read_connections
from segmentry.terms.errors import SegmentryError, SettingsError, SourceError

SECRET = "s3cr3t/pa+ss word"
GOOD = [{"id": place, "customer": f"c{place}", "amount": place + 1} for place in range(5)]


class _Hostile(BaseHTTPRequestHandler):
    """Answers as its path says."""

    def do_GET(self) -> None:
        half = b'[{"id":1,"customer":"a"},{"id":2,"cus'
        answers: dict[str, tuple[int, bytes, int | None]] = {
            "/good": (200, json.dumps(GOOD).encode(), None),
            "/half": (200, half, 500),
            "/cut": (200, half, None),
            "/page": (200, b"<html>Please log in</html>", None),
            "/refused": (401, b"no", None),
        }
        code, body, length = answers[self.path.split("?")[0]]
        self.send_response(code)
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A service on loopback; it is asked once."""
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hostile)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def told(**values: Any) -> dict[str, Any]:
    return {"name": "api", "kind": "rest", "url": "http://x/", "tables": [{"name": "orders"}]} | values


def asking(url: str, path: str, **values: Any) -> Connection:
    (found,) = read_connections([told(url=url, tables=[{"name": "orders", "path": path, **values}])])
    return found


@pytest.mark.parametrize("path", ["half", "cut", "page", "refused"])
def test_half_an_answer_changes_nothing(hostile: str, tmp_path: Path, path: str) -> None:
    """What was fetched before stays to the row, and the next good answer is taken whole."""
    before = fetch(asking(hostile, "good"), tmp_path, {})[0]
    with pytest.raises(SourceError) as caught:
        fetch(asking(hostile, path), tmp_path, {})
    assert [each.code for each in caught.value.problems] == ["CONNECTION_FAILED"]
    assert pq.read_table(before.path).num_rows == 5
    assert fetch(asking(hostile, "good"), tmp_path, {})[0].rows == 5


@pytest.mark.parametrize("place", ["parameters", "headers", "url"])
def test_no_error_repeats_a_secret_however_it_is_spelled(hostile: str, tmp_path: Path, place: str) -> None:
    """A key in a parameter, a header or the address is not in what is told, nor as an address writes it."""
    entry = told(url=hostile, tables=[{"name": "orders", "path": "refused"}])
    if place == "parameters":
        entry["tables"][0]["parameters"] = {"api_key": "${KEY}"}
    elif place == "headers":
        entry["headers"] = {"X-Api-Key": "Key ${KEY}"}
    else:
        entry["tables"][0]["path"] = "refused?key=${KEY}"
    with pytest.raises(SegmentryError) as caught:
        fetch(read_connections([entry])[0], tmp_path, {"KEY": SECRET})
    text = str(caught.value)
    assert not any(part in text for part in (SECRET, "s3cr3t"))


def test_every_variable_that_is_not_set_is_told_at_once(tmp_path: Path) -> None:
    """Address, header and parameter: three variables, three problems, nothing asked."""
    tables = [{"name": "orders", "parameters": {"key": "${THIRD}", "page": 1}}]
    entry = told(url="http://${FIRST}/", headers={"X-Api-Key": "${SECOND}"}, tables=tables)
    with pytest.raises(SettingsError) as caught:
        fetch(read_connections([entry])[0], tmp_path, {})
    assert sorted(str(each.given) for each in caught.value.problems) == ["FIRST", "SECOND", "THIRD"]


@pytest.mark.parametrize(
    "values",
    [
        {"headers": {"X-Api-Key": "abcdef"}},
        {"headers": {"Authorization": "Bearer abcdef"}},
        {"url": "http://x/?api_key=abcdef"},
        {"url": "postgresql://h/db?user=u&password=abcdef", "kind": "sql"},
        {"tables": [{"name": "orders", "parameters": {"access_token": "abcdef"}}]},
    ],
)
def test_a_secret_that_is_written_out_is_refused_wherever_it_stands(values: dict[str, Any]) -> None:
    """Headers, parameters and addresses: settings are files that are copied and kept."""
    with pytest.raises(SettingsError) as caught:
        read_connections([told(**values)])
    assert [each.code for each in caught.value.problems] == ["SECRET_WRITTEN"]
    assert "abcdef" not in str(caught.value)


def test_what_is_no_secret_may_be_written() -> None:
    """Pages, languages and words that merely hold the letters of one."""
    parameters = {"page_size": "100", "keyword": "tea", "author": "kim", "lang": "en"}
    entry = told(url="http://x/?monkey=1", headers={"Accept": "application/json"})
    entry["tables"] = [{"name": "orders", "parameters": parameters}]
    (found,) = read_connections([entry])
    assert dict(found.tables[0].parameters) == parameters


@pytest.mark.parametrize("name", ["../../../x", "a/b", "..", ".hidden", "a\\b", "a\x00b", "x" * 300, ""])
def test_a_table_cannot_name_a_place_outside_of_staging(name: str) -> None:
    """The name becomes that of a file."""
    with pytest.raises(SettingsError) as caught:
        read_connections([told(tables=[{"name": name}])])
    assert {each.code for each in caught.value.problems} == {"CONNECTION_WRONG"}


@pytest.mark.parametrize("name", ["orders; drop table x", "Order Lines", "ordrés", "a.b"])
def test_odd_names_that_databases_allow_are_names(name: str) -> None:
    """They are quoted by what asks, so that they are never a statement."""
    assert read_connections([told(tables=[{"name": name}])])[0].tables[0].name == name


def test_two_tables_cannot_share_one_file() -> None:
    """``Orders`` and ``orders`` would be staged over one another."""
    with pytest.raises(SettingsError) as caught:
        read_connections([told(tables=[{"name": "Orders"}, {"name": "orders"}, {"name": "lines"}])])
    assert [each.code for each in caught.value.problems] == ["TABLE_TWICE"]


@pytest.mark.parametrize("value", ["x", 5, True, ["x"], [5], [[]], [{}], {"x": 5}, None, 1e308])
@pytest.mark.parametrize("name", ["key", "cursor", "schema", "path", "parameters", "records", "load", "headers", "url"])
def test_settings_of_any_shape_are_taken_or_refused(name: str, value: Any) -> None:
    """No shape that a settings file can hold is a fault of the program."""
    inside = {"name": "orders", name: value} if name not in ("headers", "url") else {"name": "orders"}
    outside = {name: value} if name in ("headers", "url") else {}
    try:
        (found,) = read_connections([told(tables=[inside], **outside)])
    except SettingsError as error:
        assert all(each.next_step for each in error.problems)  # noqa: PT017
    else:
        assert isinstance(found, Connection)


@pytest.mark.parametrize("given", [5, "crm", {"name": "api"}, None, True])
def test_connections_that_are_no_list_are_refused(given: Any) -> None:
    """Written as one section instead of several."""
    with pytest.raises(SettingsError) as caught:
        read_connections(given)
    assert [each.code for each in caught.value.problems] == ["CONNECTION_WRONG"]
