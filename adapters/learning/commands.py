"""The commands ``rightsell learn`` and ``rightsell evaluate``."""

# ruff: noqa: PLC0415  # imported where used, so that ``--help`` comes at once

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from offers.catalog import Catalog
    from offers.policy import Policy

_FILE = click.Path(path_type=Path)
_ledger = click.option("--ledger", "where", metavar="FILE|URL", help="Absent: RIGHTSELL_LEDGER.")
_ledger_file = click.option("--ledger-file", type=_FILE, help="Its URL is in there.")
_catalog = click.option("--catalog", type=_FILE, required=True, help="The business's catalog.")
_policy = click.option("--policy", type=_FILE, help="Absent: the defaults.")


@click.command()
@_ledger
@_ledger_file
@_catalog
@_policy
@click.option("--out", type=_FILE, default=Path("propensity.json"), show_default=True)
def learn(where: str | None, ledger_file: Path | None, catalog: Path, policy: Path | None, out: Path) -> None:
    """Learn from the ledger how likely each offer is accepted.

    Writes a file to look at; nothing changes until it is given to serve with --propensity.
    """
    from adapters.learning.artefact import write
    from adapters.ledger.answered import trials
    from adapters.ledger.commands import opened
    from offers.propensity import learn as fit

    business, rules = _business(catalog, policy)
    with opened((where, ledger_file)) as ledger:
        moments = ledger.answered()
    seen = trials(moments, rules.arbitration)
    model = fit(seen)
    write(out, model, business.id, len(seen))
    click.echo(f"{len(seen):,} answered suggestions")
    for offer in business.offers.values():
        mine = [trial for trial in seen if f"offer:{offer.id}" in trial.features]
        if mine:
            taken = sum(trial.accepted for trial in mine)
            chances = [model.chance(trial.features, trial.prior) for trial in mine]
            expected = sum(chances) / len(chances)
            click.echo(f"  {offer.id:24} {taken:5} of {len(mine):5} taken, expected now {expected:.1%}")
    click.echo(f"written to {out}; to use it: rightsell serve --propensity {out}")


@click.command()
@_ledger
@_ledger_file
@_catalog
@_policy
@click.option("--propensity", type=_FILE, help="What rightsell learn wrote; absent: the policy's chances.")
def evaluate(
    where: str | None,
    ledger_file: Path | None,
    catalog: Path,
    policy: Path | None,
    propensity: Path | None,
) -> None:
    """Tell what another policy would have earned, in the catalog's currency, per suggestion.

    Needs a ledger from a time in which the policy explored: where the other policy would have shown what
    was never tried, nobody can tell.
    """
    from adapters.learning.artefact import read
    from adapters.learning.evaluation import evaluate as judge
    from adapters.learning.judging import Judge
    from adapters.ledger.commands import opened
    from offers.propensity import NOTHING_LEARNED

    business, rules = _business(catalog, policy)
    model = read(propensity, business.id) if propensity else NOTHING_LEARNED
    with opened((where, ledger_file)) as ledger:
        entries = list(Judge(business, rules.arbitration, model).entries(ledger.answered()))
    found = judge(entries)
    click.echo(
        f"{len(entries):,} first suggestions with an answer, {found['ips'].effective:,.0f} of use here"
    )
    for name, estimate in found.items():
        interval = f"{estimate.low:.2f} to {estimate.high:.2f}"
        click.echo(f"  {name:14} {estimate.value:8.2f} {business.currency}   95 %: {interval}")


def _business(catalog: Path, policy: Path | None) -> tuple[Catalog, Policy]:
    from adapters.files import read_text
    from offers.catalog import load_catalog
    from offers.policy import Policy, load_policy

    rules = load_policy(read_text(policy), str(policy)) if policy else Policy()
    return load_catalog(read_text(catalog), str(catalog)), rules
