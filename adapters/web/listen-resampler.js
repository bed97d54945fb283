/** One track to another rate, however it is cut: a windowed sinc, with its own taps for each phase. */

/** To either side of the filter: more is sharper, and later. */
const ZERO_CROSSINGS = 16;

/** Of the lower rate's half: what lies above is kept out, lest it folds back into speech. */
const PASSED = 0.92;

export class Resampler {
  #up;
  #down;
  #taps;
  #phase = 0;
  #held;

  /**
   * @param {number} fromHz
   * @param {number} toHz
   */
  constructor(fromHz, toHz) {
    const common = commonDivisor(fromHz, toHz);
    this.#up = toHz / common;
    this.#down = fromHz / common;
    const halfWidth = Math.ceil(ZERO_CROSSINGS * Math.max(1, fromHz / toHz));
    const cutoff = PASSED * Math.min(1, toHz / fromHz);
    this.#taps = Array.from({ length: this.#up }, (_, phase) => taps(halfWidth, cutoff, phase / this.#up));
    this.#held = new Float32Array(halfWidth - 1);
  }

  /**
   * @param {Float32Array} samples the next ones
   * @returns {number[]} those that are ready at the other rate; they lag by half the filter
   */
  push(samples) {
    const held = new Float32Array(this.#held.length + samples.length);
    held.set(this.#held);
    held.set(samples, this.#held.length);
    const width = this.#taps[0].length;
    const ready = [];
    let at = 0;
    while (at + width <= held.length) {
      const taps = this.#taps[this.#phase];
      let sum = 0;
      for (let tap = 0; tap < width; tap++) sum += held[at + tap] * taps[tap];
      ready.push(sum);
      const next = this.#phase + this.#down;
      at += Math.floor(next / this.#up);
      this.#phase = next % this.#up;
    }
    this.#held = held.slice(at);
    return ready;
  }
}

/** A Hann-windowed sinc, `offset` of a sample late, whose sum is 1. */
function taps(halfWidth, cutoff, offset) {
  const found = Float32Array.from({ length: 2 * halfWidth }, (_, index) => {
    const at = index - halfWidth + 1 - offset;
    const window = 0.5 + 0.5 * Math.cos((Math.PI * at) / halfWidth);
    return sinc(cutoff * at) * window;
  });
  const sum = found.reduce((total, tap) => total + tap, 0);
  return found.map((tap) => tap / sum);
}

function sinc(x) {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function commonDivisor(one, other) {
  return other === 0 ? one : commonDivisor(other, one % other);
}
