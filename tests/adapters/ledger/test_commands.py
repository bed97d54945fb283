"""The commands ``rightsell ledger …``."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from adapters.__main__ import main
from adapters.ledger.ledger import Ledger
from offers.decisions import OutcomeKind
from tests.adapters.ledger.records import SAID, became, begun, made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with one conversation in it."""
    path = tmp_path / "ledger.db"
    ledger, talk = Ledger(str(path)), begun()
    ledger.write([talk, made(talk), became(talk, OutcomeKind.ACCEPTED)])
    ledger.close()
    return path


def run(path: Path | str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["ledger", "--ledger", str(path), *arguments])


def test_a_whole_chain_is_told_to_be_whole(path: Path) -> None:
    told = run(path, "verify")
    assert told.exit_code == 0
    assert "3 rows" in told.output
    assert "The chain is whole." in told.output


def test_what_a_customer_was_offered_is_shown_until_it_is_erased(path: Path) -> None:
    shown = run(path, "show", "cu-9").output
    for part in ("c-1:1  family-data-60  accepted (agent, ", SAID):
        assert part in shown
    assert run(path, "erase", "cu-9").output == "c-1\n1 conversation forgotten.\n"
    assert run(path, "show", "cu-9").output == "Nothing is known of this customer.\n"
    assert "personal data was erased 3 times" in run(path, "verify").output


def test_what_was_kept_long_enough_is_forgotten(path: Path) -> None:
    assert run(path, "prune").output == "0 texts forgotten.\n"
    assert run(path, "prune", "--words-days", "0").output == "1 text forgotten.\n"


def test_outcomes_are_imported_once(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "crm.csv"
    file.write_text(
        "key,suggestion,result,day,amount\no-1,c-1:1,sale,2026-11-20,15.00\no-2,c-1:1,cancellation,,\n"
    )
    assert run(path, "import", str(file)).output == "2 outcomes taken, 0 known already.\n"
    assert run(path, "import", str(file)).output == "0 outcomes taken, 2 known already.\n"
    assert "accepted (sale, 2026-11-20), declined (cancellation, " in run(path, "show", "cu-9").output


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("key,suggestion\n", "line 1: the columns must be key, suggestion, result"),
        ("key,suggestion,result,color\n", "line 1: the columns"),
        ("", "line 1: the columns"),
        ("key,suggestion,result\nk,c-1:1,sale\nk2,c-1:1,theft\n", "line 3: result is 'theft': write sale, "),
        ("key,suggestion,result\n,c-1:1,sale\n", "line 2: key is empty"),
        ("key,suggestion,result\nk,c-1:1\n", "line 2: has not as many cells"),
        ("key,suggestion,result,day\nk,c-1:1,sale,yesterday\n", "line 2: day is 'yesterday'"),
        ("key,suggestion,result,amount\nk,c-1:1,sale,nan\n", "line 2: amount is 'nan'"),
        ('key,suggestion,result\nk,c-1:1,"sale\n', "line 2: "),
        ("key,suggestion,result\nk,c-1:1,sale\nk2,c-9:4,sale\n", "line 3: no suggestion 'c-9:4' is known"),
    ],
)
def test_a_file_with_an_error_is_told_its_line_and_nothing_is_taken(
    path: Path, tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "crm.csv"
    file.write_text(text)
    refused = run(path, "import", str(file))
    assert refused.exit_code == 1
    assert told in refused.output
    assert "3 rows" in run(path, "verify").output


def test_a_ledger_that_is_not_there_is_not_made_by_looking_for_it(tmp_path: Path) -> None:
    refused = run(tmp_path / "other.db", "verify")
    assert (refused.exit_code, "other.db" in refused.output) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_which_ledger_has_to_be_said(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.delenv("RIGHTSELL_LEDGER", raising=False)
    assert "say which ledger" in CliRunner().invoke(main, ["ledger", "verify"]).output
    monkeypatch.setenv("RIGHTSELL_LEDGER", str(path))
    assert "whole" in CliRunner().invoke(main, ["ledger", "verify"]).output


def test_a_password_on_the_command_line_is_refused_and_not_repeated(tmp_path: Path) -> None:
    url = "postgresql://user:secret@127.0.0.1:1/name"
    refused = run(url, "verify")
    assert (refused.exit_code, "RIGHTSELL_LEDGER" in refused.output) == (1, True)
    assert "secret" not in refused.output
    file = tmp_path / "ledger.url"
    file.write_text(url + "\n")
    away = CliRunner().invoke(main, ["ledger", "--ledger-file", str(file), "verify"])
    assert away.exit_code == 1
    assert "127.0.0.1" in away.output
    assert "secret" not in away.output
