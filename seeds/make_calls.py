"""Speak the scripts of our sample calls into two-channel recordings: customer left, agent right.

``python seeds/make_calls.py`` makes every call anew beside its script; with paths it makes those.
It needs the Debian package ``flite``. The same scripts give the same recordings, byte for byte.

A script is a YAML file::

    voices: {customer: slt, agent: rms}    # flite voices, one a side
    pace: {customer: 1.0, agent: 1.05}     # above 1 is slower (default 1)
    lines:
      - agent: Thank you for calling.      # who speaks, and the words
        pause_s: 0.8                       # silence before it; below 0 it talks into the line before
"""

# PyAV types its encoding side only in part.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from listener.events import Speaker

RATE_HZ = 16_000
TAIL_S = 1.5
TRACKS = (Speaker.CUSTOMER, Speaker.AGENT)
"""Left, right: what ``--channel-map customer,agent``, the default, expects."""
PAUSE_S = 0.7
"""Between two turns of a call when the script says nothing else."""

Samples = NDArray[np.int16]


class Line(BaseModel):
    """One line of a script: who says what, after which silence."""

    model_config = ConfigDict(extra="forbid")
    customer: str | None = None
    agent: str | None = None
    pause_s: float = PAUSE_S

    @property
    def speaker(self) -> Speaker:
        """Who speaks."""
        return Speaker.CUSTOMER if self.customer else Speaker.AGENT

    @property
    def text(self) -> str:
        """The words."""
        return self.customer or self.agent or ""


class Script(BaseModel):
    """A call to speak."""

    model_config = ConfigDict(extra="forbid")
    voices: dict[Speaker, str]
    pace: dict[Speaker, float] = Field(default_factory=dict[Speaker, float])
    lines: list[Line]


def speak(text: str, voice: str, pace: float) -> Samples:
    """Return ``text`` spoken by a flite voice: int16 mono 16 kHz, shape ``(n_samples,)``."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as wav:
        command = ["flite", "-voice", voice, "--setf", f"duration_stretch={pace}", "-t", text, "-o", wav.name]
        subprocess.run(command, check=True)  # noqa: S603  # our own scripts, no shell
        with av.open(wav.name) as recording:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
            frames = [*recording.decode(audio=0), None]
            blocks = [out.to_ndarray() for frame in frames for out in resampler.resample(frame)]
    return np.concatenate(blocks, axis=1)[0]


def lay_out(script: Script) -> Samples:
    """Return the whole call: int16, shape ``(n_samples, 2)``, customer first."""
    placed: list[tuple[Line, int, Samples]] = []
    end = 0
    for line in script.lines:
        samples = speak(line.text, script.voices[line.speaker], script.pace.get(line.speaker, 1.0))
        start = max(0, end + round(line.pause_s * RATE_HZ))
        placed.append((line, start, samples))
        end = max(end, start + len(samples))
    call = np.zeros((end + round(TAIL_S * RATE_HZ), 2), np.int16)
    for line, start, samples in placed:
        call[start : start + len(samples), TRACKS.index(line.speaker)] += samples
    return call


def write_flac(path: Path, call: Samples) -> None:
    """Write ``call``, shape ``(n_samples, 2)``, as FLAC."""
    frame = av.AudioFrame.from_ndarray(call.reshape(1, -1), format="s16", layout="stereo")
    frame.sample_rate = RATE_HZ
    frame.time_base = Fraction(1, RATE_HZ)
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as recording:
        stream = recording.add_stream("flac", rate=RATE_HZ, layout="stereo")
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            recording.mux(packet)


def main(paths: list[str]) -> None:
    """Make the calls of the given scripts, or of all under ``seeds/``."""
    scripts = [Path(path) for path in paths] or sorted(Path(__file__).parent.glob("*/calls/*.yaml"))
    for path in scripts:
        script = Script.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        call = lay_out(script)
        write_flac(path.with_suffix(".flac"), call)
        sys.stdout.write(f"{path.with_suffix('.flac')}: {len(call) / RATE_HZ:.1f} s\n")


if __name__ == "__main__":
    main(sys.argv[1:])
