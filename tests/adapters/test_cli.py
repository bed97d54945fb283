"""The command line, run as a user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters.__main__ import main
from adapters.wire import decode
from offers.decisions import Ended, Started
from tests.adapters.conftest import CATALOG, CONVERSATIONS, SEEDS

HEAVY = {
    *("numpy", "spacy", "onnxruntime", "faster_whisper", "ctranslate2", "sklearn", "tokenizers", "av"),
    *("pydantic", "yaml", "msgspec", "rich", "starlette", "uvicorn", "websockets", "structlog"),
    *("listener", "nlu", "offers"),
}


def rightsell(*arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "adapters", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=300, check=False)


def at_once(*arguments: str | Path) -> Result:
    """The same in this process, for commands that end before any model is loaded."""
    return CliRunner().invoke(main, [*map(str, arguments)])


def test_help_comes_without_importing_anything_heavy() -> None:
    script = (
        "import sys\nfrom adapters.__main__ import main\n"
        "main(['--help'], standalone_mode=False)\nprint('loaded', *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    text, _, loaded = done.stdout.partition("loaded ")
    assert "replay" in text
    assert "serve" in text
    assert HEAVY.isdisjoint(loaded.split())


def test_check_sums_up_a_good_catalog() -> None:
    done = at_once("check", CATALOG)
    assert done.exit_code == 0, done.stderr
    assert "is fit to use" in done.stdout
    for kind in ("upsell", "cross-sell", "retention", "service", "goodwill"):
        assert kind in done.stdout


def test_check_tells_every_error_of_a_bad_catalog_with_its_line(tmp_path: Path) -> None:
    text = (
        CATALOG.read_text().replace("kind: upsell", "kind: gift", 1).replace("amount: ", "amount: minus ", 1)
    )
    bad = tmp_path / "bad.yaml"
    bad.write_text(text)
    done = at_once("check", bad)
    assert done.exit_code == 1
    assert done.stdout == ""
    for before in ("kind: gift", "amount: minus "):
        number = text[: text.index(before)].count("\n") + 1
        assert f"{bad}:{number}: " in done.stderr


def test_replay_gives_one_stream_per_conversation_and_nothing_else_on_stdout(tmp_path: Path) -> None:
    done = rightsell("replay", CONVERSATIONS, "--catalog", CATALOG, "--events", "-")
    assert done.returncode == 0, done.stderr
    decisions = [decode(line) for line in done.stdout.splitlines()]
    asked = [json.loads(line)["id"] for line in CONVERSATIONS.read_text().splitlines()]
    assert [one.conversation for one in decisions if isinstance(one.data, Started)] == asked
    assert [one.conversation for one in decisions if isinstance(one.data, Ended)] == asked
    for conversation in asked:
        seqs = [one.seq for one in decisions if one.conversation == conversation]
        assert seqs == list(range(1, len(seqs) + 1))

    # The same again, alone, with its answers taken out, into a file: not a byte differs.
    last = json.loads(CONVERSATIONS.read_text().splitlines()[-1])
    last.pop("labels", None)
    alone, events = tmp_path / "alone.jsonl", tmp_path / "events.jsonl"
    alone.write_text(json.dumps(last))
    again = rightsell("replay", alone, "--catalog", CATALOG, "--events", events)
    assert (again.returncode, again.stdout) == (0, "")
    lines = [line for line in done.stdout.splitlines() if json.loads(line)["conversation"] == last["id"]]
    assert events.read_text().splitlines() == lines


def test_replay_prints_what_a_person_reads(tmp_path: Path) -> None:
    one = tmp_path / "one.jsonl"
    turns = [{"speaker": "customer", "text": "hello \u001b[2J there"}]
    one.write_text(json.dumps({"id": "c", "turns": turns}))
    done = rightsell("replay", one, "--catalog", CATALOG)
    assert done.returncode == 0, done.stderr
    assert "customer" in done.stdout
    assert "\u001b" not in done.stdout
    assert "held" in done.stdout
    assert "ended" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "say what to read"),
        (("missing.jsonl",), "missing.jsonl: No such file"),
        (("--customer", "a.wav"), "give both sides"),
        ((str(CONVERSATIONS),), "--catalog"),
        ((str(CONVERSATIONS), "--catalog", "none.yaml"), "none.yaml: No such file"),
        ((str(CONVERSATIONS), "--catalog", str(CATALOG), "--policy", str(CATALOG)), "catalog.yaml"),
        ((str(CONVERSATIONS), "--channel-map", "customer,customer"), "customer,agent or agent,customer"),
        ((str(CONVERSATIONS), "--speed", "0"), "not above 0"),
        ((str(CONVERSATIONS), "--date", "soon"), "soon"),
        ((str(CATALOG), "--catalog", str(CATALOG)), "not a recording"),
    ],
)
def test_replay_says_what_is_wrong_before_anything_runs(arguments: tuple[str, ...], says: str) -> None:
    done = at_once("replay", *arguments)
    assert done.exit_code in (1, 2)
    assert done.stdout == ""
    assert says in done.stderr
    assert isinstance(done.exception, SystemExit)


def test_one_bad_line_stops_everything_before_it_starts(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text(CONVERSATIONS.read_text().splitlines()[0] + "\n{}\n")
    done = at_once("replay", bad, "--catalog", CATALOG, "--events", "-")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert f"{bad}, line 2" in done.stderr


def test_a_reader_that_goes_away_is_no_error_worth_a_traceback() -> None:
    command = (
        f"{sys.executable} -m adapters replay {CONVERSATIONS} --catalog {CATALOG} --events - | head -n 1"
    )
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=300, check=False)  # noqa: S602  # a real pipe is the point
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_a_recording_of_one_channel_is_not_taken_for_two() -> None:
    done = at_once("replay", "--customer", SEEDS / "calls" / "payment-date.flac",
                     "--agent", SEEDS / "calls" / "payment-date.flac", "--catalog", CATALOG)  # fmt: skip
    assert done.exit_code == 1
    assert "2 channel(s) where 1" in done.stderr


@pytest.mark.parametrize("arguments", [(), (str(CONVERSATIONS),)])
def test_feed_needs_one_recorded_call(arguments: tuple[str, ...]) -> None:
    done = at_once("feed", *arguments)
    assert done.exit_code == 1
    assert "Error: " in done.stderr
