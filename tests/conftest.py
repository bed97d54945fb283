"""What tests share: the real models, loaded once."""

import pytest
from hypothesis import HealthCheck, settings
from spacy.language import Language

from nlu.embedder import Embedder
from nlu.pipeline import Models, load_models
from nlu.reader import Reader

# Timings belong in bench/: a busy machine fails no test. And what fails once fails again: the examples stay.
settings.register_profile(
    "rightsell", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("rightsell")


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
