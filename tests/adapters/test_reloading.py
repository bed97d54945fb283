"""A new catalog while the server runs, over a real server."""

import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import pytest

from adapters.app import Parts
from nlu.pipeline import Models, Understander
from offers.catalog import load_catalog
from offers.conversation import Desk
from offers.matching import Matcher
from offers.policy import Policy
from tests.adapters.conftest import CATALOG, TOKEN, Client, Running, running
from tests.adapters.test_serving import serving

BEARER = {"Authorization": f"Bearer {TOKEN}"}
TEXT = CATALOG.read_text()
VERSION = load_catalog(TEXT, "").version
NEWER = TEXT.replace(f'version: "{VERSION}"', 'version: "newer"', 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    copy = tmp_path / "catalog.yaml"
    copy.write_text(TEXT)
    return copy


@pytest.fixture
def reloadable(parts: Parts, models: Models, file: Path, tmp_path: Path) -> Iterator[Running]:
    def load() -> Desk:
        catalog = load_catalog(file.read_text(), file.name)
        understander = Understander(models, catalog.business)
        return Desk(catalog, Policy(), understander, Matcher(catalog, models.embedder))

    with running(replace(parts, journals=tmp_path / "journals", reload=load)) as server:
        yield server


def begun_with(server: Running, conversation: str) -> str:
    """The version of the catalog that a conversation began with."""
    first = (server.journals / f"{conversation}.jsonl").read_text().splitlines()
    started = next(event for event in map(json.loads, first) if event.get("type") == "started")
    return started["data"]["catalog"]["version"]


def say(chat: Client, agent: Client, text: str) -> None:
    chat.send(type="message", speaker="customer", text=text)
    assert agent.until("utterance")["event"]["data"]["text"] == text


def test_new_conversations_take_the_new_catalog_and_old_ones_go_on_with_theirs(
    reloadable: Running, file: Path
) -> None:
    (reloadable.journals).mkdir(exist_ok=True)
    with reloadable.agent("conversation:old") as agent, reloadable.chat("old") as old:
        say(old, agent, "my bill is wrong")
        file.write_text(NEWER)
        with reloadable.http as http:
            answer = http.post("/v1/reload", headers=BEARER)
        assert answer.status_code == 200
        assert answer.json()["catalog"]["version"] == "newer"
        with reloadable.chat("new"):
            pass
        say(old, agent, "you charged me twice")
    assert begun_with(reloadable, "old") == VERSION
    assert begun_with(reloadable, "new") == "newer"


def test_a_bad_catalog_is_refused_whole_and_the_old_one_goes_on(reloadable: Running, file: Path) -> None:
    (reloadable.journals).mkdir(exist_ok=True)
    file.write_text(NEWER.replace("kind: upsell", "kind: gift", 1))
    with reloadable.http as http:
        answer = http.post("/v1/reload", headers=BEARER)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "not_loaded"
    assert "catalog.yaml:" in answer.json()["error"]["message"]
    assert "gift" in answer.json()["error"]["message"]
    with reloadable.chat("after"):
        pass
    assert begun_with(reloadable, "after") == VERSION


def test_nobody_reloads_without_the_token(reloadable: Running, file: Path) -> None:
    file.write_text(NEWER)
    with reloadable.http as http:
        assert http.post("/v1/reload").status_code == 401


def test_sighup_reloads_and_a_bad_file_is_told_in_the_log(file: Path, tmp_path: Path) -> None:
    journals = tmp_path / "journals"
    with serving("--catalog", file, "--journal", journals) as (process, host, token):
        server = Running(host, journals)

        def began(conversation: str) -> str:
            with server.connect("/v1/chat", "rightsell.chat.v1") as chat:
                chat.send(type="start", conversation=conversation, token=token)
                assert chat.receive()["type"] == "started"
            return begun_with(server, conversation)

        assert began("before") == VERSION  # so that it serves, and heeds signals
        file.write_text("catalog: [")
        process.send_signal(signal.SIGHUP)
        assert process.stdout is not None
        assert process.stderr is not None
        assert "reload refused" in process.stderr.readline()
        assert began("during") == VERSION
        file.write_text(NEWER)
        process.send_signal(signal.SIGHUP)
        give_up = monotonic() + 60
        names = (f"after-{number}" for number in range(600))
        while began(next(names)) != "newer":
            assert monotonic() < give_up
            sleep(0.2)
