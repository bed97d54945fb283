"""Customers' profiles, from files and from an address."""

import asyncio
import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from adapters.profiles import Profiles, ProfilesError, open_profiles
from offers.events import Opening


def known(profiles: Profiles, *customers: Mapping[str, object]) -> list[Mapping[str, object]]:
    """What conversations of these customers begin with, one after the other."""

    async def scenario() -> list[Mapping[str, object]]:
        found = [(await profiles.recall(Opening("c", customer=customer))).customer for customer in customers]
        await profiles.source.close()
        return found

    return asyncio.run(scenario())


CSV = (
    "id,products,tenure_months,consent.offers,segment,postcode\n"
    "cu-9,mobile-10gb fibre,31,true,gold,01067\n"
    "cu-10,,,,,\n"
)


def test_a_table_becomes_profiles_and_empty_cells_are_unknown(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(CSV)
    first, second, third = known(
        open_profiles(str(path), 0.5, ""), {"id": "cu-9"}, {"id": "cu-10"}, {"id": "x"}
    )
    assert first == {
        "id": "cu-9",
        "products": ["mobile-10gb", "fibre"],
        "tenure_months": 31,
        "consent": {"offers": True},
        "segment": "gold",
        "postcode": "01067",
    }
    assert second == {"id": "cu-10"}
    assert third == {"id": "x"}


def test_what_the_call_brings_goes_before_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "customers.json"
    path.write_text(json.dumps([{"id": "cu-9", "products": ["a"], "tenure_months": 31}]))
    [found] = known(open_profiles(str(path), 0.5, ""), {"id": "cu-9", "products": ["b"]})
    assert found == {"id": "cu-9", "products": ["b"], "tenure_months": 31}


def test_a_customer_without_an_id_stays_unknown(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(CSV)
    assert known(open_profiles(str(path), 0.5, ""), {}, {"id": 9}) == [{}, {"id": 9}]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("c.csv", "name\nx\n", "line 1: the first line must name the columns"),
        ("c.csv", "", "line 1: "),
        ("c.csv", "id,a,a.b\nx,1,2\n", "line 1: column a cannot be a value and hold others"),
        ("c.csv", "id,a\nx\n", "line 2: has not as many cells"),
        ("c.csv", "id,a\nx,1\n,2\n", "line 3: every customer needs an id"),
        ("c.csv", "id\nx\nx\n", "line 3: this customer's id was there before"),
        ("c.json", '{"id": "x"}', "write a list of objects"),
        ("c.json", '[{"id": 9}]', "item 0: every customer needs an id"),
    ],
)
def test_a_file_that_holds_no_profiles_is_refused_with_the_place(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ProfilesError, match=told):
        open_profiles(str(path), 0.5, "")


class _Crm(BaseHTTPRequestHandler):
    """A CRM: customers answer by their ids."""

    asked: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Authorization")))
        customer = self.path.rpartition("/")[2]
        if customer == "slow":
            sleep(0.5)
        status = {"unknown": 404, "broken": 500}.get(customer, 200)
        body = b"[1]" if customer == "odd" else json.dumps({"id": customer, "segment": "gold"}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(ConnectionError):  # who asked has gone by now
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401  # the base class's names
        pass


@contextmanager
def crm() -> Generator[tuple[str, list[tuple[str, str | None]]]]:
    """Give its address and what it is asked."""
    _Crm.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Crm)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/customers/{{id}}", _Crm.asked
    server.shutdown()
    server.server_close()


def test_an_address_is_asked_once_for_each_customer_with_its_token() -> None:
    with crm() as (address, asked):
        found = known(open_profiles(address, 5.0, "t"), *[{"id": id} for id in ("a b/c", "a b/c", "unknown")])
    assert asked == [("/customers/a%20b%2Fc", "Bearer t"), ("/customers/unknown", "Bearer t")]
    assert [one.get("segment") for one in found] == ["gold", "gold", None]


@pytest.mark.parametrize("customer", ["broken", "odd", "\ud83d"])
def test_a_failure_leaves_the_customer_unknown_and_the_log_without_them(
    customer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with crm() as (address, _):
        assert known(open_profiles(address, 5.0, ""), {"id": customer}) == [{"id": customer}]
    told = capsys.readouterr().out
    assert "no profile" in told
    assert customer.encode("utf-8", "replace").decode() not in told.replace("profiles.py", "")


def test_a_slow_address_costs_a_call_its_time_and_no_more() -> None:
    with crm() as (address, _):
        began = monotonic()
        assert known(open_profiles(address, 0.1, ""), {"id": "slow"}) == [{"id": "slow"}]
        assert monotonic() - began < 0.45


def test_nobody_there_leaves_the_customer_unknown() -> None:
    assert known(open_profiles("http://127.0.0.1:1/{id}", 5.0, ""), {"id": "x"}) == [{"id": "x"}]


def test_an_address_needs_a_place_for_the_id() -> None:
    with pytest.raises(ProfilesError, match="where the customer's id goes"):
        open_profiles("https://crm.example.com/customers", 0.5, "")
