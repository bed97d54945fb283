"""The command line. Parts are imported where they are used, so that ``--help`` comes at once."""

# ruff: noqa: PLC0415  # as said above: the models' libraries take seconds to import
# ruff: noqa: ANN401  # click hands options over by name, of whatever type was declared

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from adapters.learning.commands import evaluate, learn
from adapters.ledger.commands import ledger

_Command = TypeVar("_Command", bound=Callable[..., Any])
_OURS = {"listener", "nlu", "offers", "adapters"}
_FILE = click.Path(path_type=Path)
_SPEAKERS = ("customer", "agent")


class _Commands(click.Group):
    """Our commands: bad input is told in one message, anything else is a bug and keeps its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ValueError as error:
            if type(error).__module__.partition(".")[0] not in _OURS:
                raise
            raise click.ClickException(str(error)) from None


class _Speed(click.ParamType[Any]):
    """A factor of speaking speed, or ``max``, which is None."""

    name = "1.0|max"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | None:
        if value is None or value == "max":
            return None
        speed = click.FLOAT.convert(value, param, ctx)
        if not speed > 0:
            self.fail(f"{value} is not above 0", param, ctx)
        return speed


class _ChannelMap(click.ParamType[Any]):
    """Whose channel is whose."""

    name = "customer,agent"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        names = tuple(value.split(","))
        if sorted(names) != sorted(_SPEAKERS):
            self.fail(f"{value!r}: write customer,agent or agent,customer", param, ctx)
        return names


def _recordings(command: _Command) -> _Command:
    """Add the options that say what is in the recordings."""
    channel_map = click.option(
        "--channel-map",
        type=_ChannelMap(),
        default="customer,agent",
        show_default=True,
        help="Whose channel is whose in a two-channel recording, first channel first.",
    )
    customer = click.option("--customer", type=_FILE, help="A mono recording of the customer's side.")
    agent = click.option("--agent", type=_FILE, help="A mono recording of the agent's side.")
    return channel_map(customer(agent(command)))


_catalog = click.option("--catalog", type=_FILE, help="The business's catalog.  [env: RIGHTSELL_CATALOG]")
_policy = click.option("--policy", type=_FILE, help="When and how often to speak; absent: the defaults.")
_propensity = click.option("--propensity", type=_FILE, help="What rightsell learn wrote; absent: none.")
_fitted = click.option("--fitted", type=_FILE, help="The folder that rightsell fit wrote; absent: none.")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rightsell", prog_name="rightsell")
def main() -> None:
    """Suggest the fitting offer once the customer has been helped."""
    from adapters.claims import check_claims

    check_claims()


@main.command()
@click.argument("catalog", type=_FILE)
def check(catalog: Path) -> None:
    """Check a catalog; every problem is told with its line."""
    from adapters.files import read_text
    from adapters.summary import summarise
    from offers.catalog import load_catalog

    click.echo(summarise(load_catalog(read_text(catalog), str(catalog))))


@main.command("import")
@click.argument("file", type=_FILE)
@click.option("--out", type=_FILE, help="Where the catalog goes; absent: standard output.")
@click.option("--kind", help="Of offers that do not say theirs, such as cross_sell; absent: left open.")
@click.option("--currency", help="Of the prices, such as EUR; absent: what the file says.")
def import_(**options: Any) -> None:
    """Begin a catalog from another system's offers.

    FILE is a table, .csv, or TMF620 product offerings, .json. What it does not say is left open with a TODO,
    and rightsell check names each until it is settled.
    """
    from adapters.imports.command import Request, run

    run(Request(**options))


@main.command()
@click.argument("catalog", type=_FILE)
@click.option(
    "--labelled", type=_FILE, help="JSON Lines: text and reason, or conversations with labels.reason."
)
@click.option("--out", type=_FILE, help="Folder to write to; absent: beside the catalog, ending in .fitted.")
def fit(catalog: Path, **options: Any) -> None:
    """Learn to tell a catalog's call reasons apart better.

    Takes minutes, and the extra [neural]. Interrupted, it goes on where it was when run again.
    """
    from adapters.fit.command import Request, run

    run(Request(catalog=catalog, **options))


@main.command()
@click.argument("files", type=_FILE, nargs=-1)
@_recordings
@_catalog
@_policy
@_fitted
@_propensity
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="When it took place, where a conversation does not say; absent: the catalog's version.",
)
@click.option("--events", metavar="-|FILE", help="Write the decision stream there; - is standard output.")
@click.option("--speed", type=_Speed(), default="max", show_default=True, help="1.0 is speaking speed.")
def replay(files: tuple[Path, ...], day: datetime | None, **options: Any) -> None:
    """Decide conversations again: conversation files, journals, recordings.

    Prints what a person reads; with --events, writes the decision stream.
    """
    from adapters.recorded.replay_command import Request, run

    run(Request(files=files, day=day and day.date(), **options))


@main.command()
@click.argument("file", type=_FILE)
@click.option("--offer", metavar="ID", help="Tell how it fared turn by turn; absent: all offers, at the end.")
@_catalog
@_policy
@_fitted
@_propensity
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="As for replay.")
def explain(day: datetime | None, **options: Any) -> None:
    """Say why an offer was not suggested: where it fell out, and why.

    FILE is a conversation file, a journal or a recording, as for replay.
    """
    from adapters.recorded.explain_command import Request, run

    for line in run(Request(day=day and day.date(), **options)):
        click.echo(line)


@main.command()
@_catalog
@_policy
@_fitted
@_propensity
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on; 0 for any free one.  [default: 8700; env: PORT]")
@click.option(
    "--journal", type=_FILE, help="Folder for the journals of conversations; absent: none are kept."
)
@click.option(
    "--ledger", metavar="FILE|URL", help="The lasting record: a file, or PostgreSQL's URL; absent: none."
)
@click.option("--ledger-file", type=_FILE, help="The ledger's URL is in there: for one that has a password.")
@click.option(
    "--profiles",
    metavar="FILE|URL",
    help="What is known of customers: CSV, JSON, or an address with {id}; absent: what calls bring.",
)
@click.option(
    "--play", type=_FILE, help="Play this two-channel recording into the server, as a softphone would."
)
@click.option(
    "--public-url", help="Where telephone platforms find the server, such as wss://calls.example.com."
)
@click.option(
    "--twilio-auth-token-file",
    type=_FILE,
    help="Twilio's requests have to be signed with the token in there, or in RIGHTSELL_TWILIO_AUTH_TOKEN.",
)
@click.option("--audiosocket-host", help="Address to listen on for Asterisk.  [default: 127.0.0.1]")
@click.option(
    "--audiosocket-port", type=int, help="Port to listen on for Asterisk's AudioSocket; absent: none."
)
@click.option(
    "--audiohook-file",
    type=_FILE,
    help="AudioHook's API key and client secret, a line each, or RIGHTSELL_AUDIOHOOK_KEY and _SECRET.",
)
@click.option("--show", is_flag=True, help="Print the decisions here, customers' words included.")
def serve(play: Path | None, show: bool, **flags: Any) -> None:
    """Serve softphones, chats and agents' desktops, until interrupted.

    Clients show the token in RIGHTSELL_TOKEN; on loopback one is made up and printed.
    """
    from adapters.serving import serve as run
    from adapters.settings import read_settings

    run(read_settings(**flags), play=play, show=show or play is not None)


@main.command()
@click.argument("recording", type=_FILE, required=False)
@_recordings
@click.option(
    "--to",
    "url",
    default="ws://127.0.0.1:8700/v1/audio",
    show_default=True,
    help="The server's audio socket.",
)
@click.option(
    "--speed", type=_Speed(), default="1.0", show_default=True, help="max: as fast as the server takes it."
)
@click.option(
    "--format",
    "sending",
    type=click.Choice(["s16le", "mulaw"]),
    default="s16le",
    show_default=True,
    help="16-bit samples at 16 kHz, or a telephone line's.",
)
@click.option("--token-file", type=_FILE, help="Where the server's token is; absent: RIGHTSELL_TOKEN.")
def feed(recording: Path | None, **options: Any) -> None:
    """Play a recorded call into a server, as a softphone would."""
    from adapters.recorded.feed_command import Request, run

    run(Request(recording=recording, **options))


main.add_command(ledger)
main.add_command(learn)
main.add_command(evaluate)

if __name__ == "__main__":
    main(prog_name="rightsell")
