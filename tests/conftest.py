"""What tests share: the real models, loaded once."""

import pytest
from spacy.language import Language

from nlu.embedder import Embedder
from nlu.pipeline import Models, load_models
from nlu.reader import Reader


@pytest.fixture(scope="session")
def models() -> Models:
    return load_models()


@pytest.fixture(scope="session")
def embedder(models: Models) -> Embedder:
    return models.embedder


@pytest.fixture(scope="session")
def nlp(models: Models) -> Language:
    return models.language


@pytest.fixture(scope="session")
def reader(models: Models) -> Reader:
    return Reader(models.embedder, models.language)
