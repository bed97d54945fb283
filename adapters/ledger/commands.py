"""The commands ``rightsell ledger …``."""

# ruff: noqa: PLC0415  # imported where used, so that ``--help`` comes at once

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from adapters.ledger.history import Past
    from adapters.ledger.ledger import Ledger

_MOST_BREAKS = 20


@click.group()
@click.option("--ledger", "where", metavar="FILE|URL", help="Absent: RIGHTSELL_LEDGER.")
@click.option("--ledger-file", type=click.Path(path_type=Path), help="Its URL is in there.")
@click.pass_context
def ledger(context: click.Context, where: str | None, ledger_file: Path | None) -> None:
    """Look after the lasting record of suggestions and outcomes."""
    context.obj = (where, ledger_file)


@ledger.command()
@click.option("--head", default="", help="The head as it was noted before: it must still be in the chain.")
@click.pass_obj
def verify(place: tuple[str | None, Path | None], head: str) -> None:
    """Check that no row was changed, taken out or put in; say where."""
    with opened(place) as found:
        verdict = found.verify(head)
    for broken in verdict.breaks[:_MOST_BREAKS]:
        click.echo(broken)
    if len(verdict.breaks) > _MOST_BREAKS:
        click.echo(f"and {len(verdict.breaks) - _MOST_BREAKS} more")
    click.echo(f"{_count(verdict.rows, 'row')}, of which personal data was erased {verdict.erased} times")
    click.echo(f"head {verdict.head or 'none'}")
    if verdict.breaks:
        raise click.ClickException("the ledger was tampered with, or damaged")
    click.echo("The chain is whole.")


@ledger.command()
@click.argument("customer")
@click.pass_obj
def show(place: tuple[str | None, Path | None], customer: str) -> None:
    """Print what CUSTOMER was offered, and what became of it."""
    with opened(place) as found:
        past = found.past(customer)
    for one in past:
        _print(one)
    if not past:
        click.echo("Nothing is known of this customer.")


@ledger.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def import_(place: tuple[str | None, Path | None], file: Path) -> None:
    """Take outcomes from a CSV file: key, suggestion, result, and if known day and amount.

    All lines are taken, or none. A file that is imported again changes nothing.
    """
    from adapters.files import read_text
    from adapters.ledger.results_file import read_results

    results = read_results(read_text(file), str(file))
    with opened(place) as found:
        receipt = found.record(results)
    click.echo(f"{_count(receipt.recorded, 'outcome')} taken, {receipt.repeated} known already.")


@ledger.command()
@click.argument("customer")
@click.pass_obj
def erase(place: tuple[str | None, Path | None], customer: str) -> None:
    """Forget who CUSTOMER is and what they said; numbers stay.

    Prints the conversations' ids: their journals, if any were kept, are files of their own.
    """
    with opened(place) as found:
        conversations = found.erase(customer)
    for conversation in conversations:
        click.echo(conversation)
    click.echo(f"{_count(len(conversations), 'conversation')} forgotten.")


@ledger.command()
@click.option("--words-days", type=float, help="Keep what was said for so long.  [default: 90]")
@click.option("--names-days", type=float, help="Keep whose conversation it was.  [default: 400]")
@click.pass_obj
def prune(place: tuple[str | None, Path | None], words_days: float | None, names_days: float | None) -> None:
    """Forget words and names that were kept long enough; a running server does so every day."""
    from adapters.ledger.erasure import Keep
    from adapters.settings import read_settings

    settings = read_settings(ledger_keep_words_days=words_days, ledger_keep_names_days=names_days)
    with opened(place) as found:
        forgotten = found.prune(Keep(settings.ledger_keep_words_days, settings.ledger_keep_names_days))
    click.echo(f"{_count(forgotten, 'text')} forgotten.")


@contextmanager
def opened(place: tuple[str | None, Path | None]) -> Generator[Ledger]:
    """Give the ledger that was named, or that the environment names, for as long as it is used."""
    from adapters.ledger.database import LedgerError
    from adapters.ledger.opening import open_ledger
    from adapters.settings import read_settings

    where, file = place
    found = open_ledger(read_settings(ledger=where, ledger_file=file), make=False)
    if found is None:
        raise LedgerError("say which ledger: rightsell ledger --ledger FILE …, or RIGHTSELL_LEDGER")
    try:
        yield found
    finally:
        found.close()


def _print(past: Past) -> None:
    click.echo(f"{past.started_at[:16].replace('T', ' ')}  {past.id}  {past.channel}")
    for offered in past.offered:
        told = ", ".join(f"{one.outcome} ({one.result or one.by}, {one.at[:10]})" for one in offered.outcomes)
        click.echo(f"  {offered.id}  {offered.offer}  {told or 'nothing told'}")
        for words in offered.evidence:
            click.echo(f"    “{words}”")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
