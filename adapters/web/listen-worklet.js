/** In the audio thread: two inputs become frames of 20 ms at 16 kHz, 16 bits, customer and agent interleaved. */

import { Resampler } from "./listen-resampler.js";

const RATE_HZ = 16_000;
const FRAME_SAMPLES = RATE_HZ / 50;
const QUANTUM = 128;
const SIDES = 2;

class TwoSides extends AudioWorkletProcessor {
  #resamplers = Array.from({ length: SIDES }, () => new Resampler(sampleRate, RATE_HZ));
  #silence = new Float32Array(QUANTUM);
  #frame = new Int16Array(FRAME_SAMPLES * SIDES);
  #peaks = [0, 0];
  #filled = 0;

  /** Both sides are resampled alike, so that they always have as many samples ready. */
  process(inputs) {
    const length = Math.max(...inputs.map(([samples]) => samples?.length ?? 0), 0) || QUANTUM;
    const [customer, agent] = inputs.map(([samples], side) =>
      this.#resamplers[side].push(samples ?? this.#silence.subarray(0, length)),
    );
    customer.forEach((sample, index) => this.#take(sample, agent[index]));
    return true;
  }

  #take(...samples) {
    samples.forEach((sample, side) => {
      const clipped = Math.max(-1, Math.min(1, sample));
      this.#frame[this.#filled * SIDES + side] = Math.round(clipped * 32_767);
      this.#peaks[side] = Math.max(this.#peaks[side], Math.abs(clipped));
    });
    this.#filled += 1;
    if (this.#filled === FRAME_SAMPLES) this.#hand();
  }

  #hand() {
    const frame = this.#frame.slice().buffer;
    this.port.postMessage({ frame, peaks: this.#peaks }, [frame]);
    this.#peaks = [0, 0];
    this.#filled = 0;
  }
}

registerProcessor("two-sides", TwoSides);
