"""The command ``rightsell fit``: a catalog in, an encoder that tells its call reasons apart better out."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from adapters.files import make_folder, read_text
from adapters.fit.artefact import write_fitted
from adapters.fit.labelled import read_labelled
from adapters.fit.report import accuracy, report
from adapters.fit.steps import Fitting
from nlu.embedder import open_minilm
from nlu.examples import fit_examples
from nlu.tuning import Told
from offers.catalog import Catalog, load_catalog

_EXTRA = ("torch", "sentence_transformers", "onnx")


class FitError(ValueError):
    """Fitting cannot begin; the message says what to do first."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line.

    Attributes:
        labelled: Conversations or lines of text with their reasons; None for the catalog's examples alone.
        out: Folder for the artefact; None puts it beside the catalog.
    """

    catalog: Path
    labelled: Path | None
    out: Path | None


def run(request: Request) -> None:
    """Judge on held-out examples, tune on all, write the artefact, print the report.

    Raises:
        FitError: The extra is not installed, or there is nothing to tell apart.
        ValueError: Of the file that cannot be used.
    """
    _need_extra()
    catalog = _catalog(request.catalog)
    reasons = catalog.business.reasons
    if request.labelled is not None:
        reasons = read_labelled(request.labelled, reasons)
    out = request.out or request.catalog.with_suffix(".fitted")
    make_folder(out)
    fitting = Fitting(reasons, out / "unfinished", _step)
    verdict = fitting.judge()
    encoder = fitting.encoder()
    head = fit_examples(reasons, open_minilm(encoder))
    write_fitted(out, catalog, encoder, head, accuracy(verdict))
    fitting.clean_up()
    click.echo(report(reasons, verdict, out))


def _need_extra() -> None:
    missing = [name for name in _EXTRA if find_spec(name) is None]
    if missing:
        raise FitError(
            f"fitting needs {', '.join(missing)}, which a running server does not: "
            "pip install torch==2.13.0, then pip install 'rightsell[neural]'"
        )


def _catalog(path: Path) -> Catalog:
    catalog = load_catalog(read_text(path), str(path))
    if len(catalog.reasons) < 2:  # noqa: PLR2004  # one cannot be told from itself
        raise FitError(f"{path}: has {len(catalog.reasons)} reasons; fitting tells two or more apart")
    return catalog


@contextmanager
def _step(title: str) -> Generator[Told]:
    """Show the progress of one step on standard error."""
    columns = (TextColumn("{task.description:24}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=1.0)
        yield lambda share: progress.update(task, completed=share)
