"""The sentence-transformers embedder, and that it agrees with the default one."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from nlu.embedder import Embedder, EmbedderError
from nlu.sentence_embedder import SentenceTransformersEmbedder, load_sentence_minilm

_needs_neural = pytest.mark.skipif(
    find_spec("sentence_transformers") is None, reason="the extra [neural] is not installed"
)

_TEXTS = [
    "hello",
    "my bill is twice what it was",
    "Could you tell me whether the family plan includes roaming in Canada, please?",
    "uh yeah so i i just wanna cancel the thing you know",
    "the router keeps blinking red and there's no internet since tuesday",
    "thank you so much, you've been great 😊",
    "it's number",
    "no",
    "$62.50 was charged on 2026-11-03 for something i never bought",
    "la factura está mal",
    "i moved house " * 60,
]


@pytest.mark.neural
@_needs_neural
def test_both_embedders_give_the_same_vectors(embedder: Embedder) -> None:
    other = load_sentence_minilm()
    assert other.dim == embedder.dim
    cosines = np.sum(embedder.embed(_TEXTS) * other.embed(_TEXTS), axis=1)
    assert dict(zip(_TEXTS, cosines, strict=True)) == pytest.approx(dict.fromkeys(_TEXTS, 1.0), abs=0.01)


@pytest.mark.neural
@_needs_neural
def test_a_text_alone_and_in_company_has_the_same_vector() -> None:
    other = load_sentence_minilm()
    assert np.array_equal(other.embed(_TEXTS)[3], other.embed([_TEXTS[3]])[0])
    assert other.embed([]).shape == (0, other.dim)


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match=r"no model\.safetensors"):
        SentenceTransformersEmbedder(tmp_path)
