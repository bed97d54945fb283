/** The words as they settle, both speakers apart. */

import { make, mirror, setText } from "./dom.js";
import { clock, speakers } from "./words.js";

/** A reader this near to the end, in CSS pixels, is taken to be reading along. */
const NEAR_THE_END_PX = 32;

export class TranscriptView {
  #following = true;
  #turns = make("ol", { class: "turns" });
  #partials = make("ol", { class: "turns partials", "aria-hidden": "true" });
  #empty = make("p", { class: "empty" }, "Words appear here as they settle.");
  #newest = make("button", { type: "button", class: "newest", click: () => this.#follow() }, "New words");
  #scroller = make(
    "div",
    { class: "scroller", tabindex: "0", role: "log", "aria-live": "off", "aria-label": "Transcript" },
    this.#empty,
    this.#turns,
    this.#partials,
  );

  constructor() {
    this.#newest.hidden = true;
    this.node = make("section", { class: "transcript", part: "transcript" }, this.#scroller, this.#newest);
    this.#scroller.addEventListener("scroll", () => this.#noticeReader(), { passive: true });
    new ResizeObserver(() => this.#keepUp()).observe(this.#scroller);
  }

  render({ id, turns, partials }) {
    const before = this.#turns.childElementCount;
    const settled = [...turns.values()];
    mirror(this.#turns, settled, ({ turn }) => JSON.stringify([id, turn]), turnNode);
    const unsettled = [...partials].map(([speaker, text]) => ({ speaker, text }));
    mirror(this.#partials, unsettled, ({ speaker }) => speaker, partialNode, renewPartial);
    this.#empty.hidden = settled.length + unsettled.length > 0;
    if (!this.#following && settled.length > before) this.#newest.hidden = false;
    this.#keepUp();
  }

  /** Scroll to where something was said and mark the very words. */
  show({ turn, start, end }) {
    const words = this.#turns.querySelector(`[data-turn="${Number(turn)}"] .said`);
    if (words === null) return;
    for (const mark of this.#turns.querySelectorAll("mark")) mark.replaceWith(mark.textContent);
    markWords(words, start, end);
    this.#following = false;
    const middle = words.offsetTop - (this.#scroller.clientHeight - words.offsetHeight) / 2;
    this.#scroller.scrollTo({ top: middle });
  }

  #noticeReader() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#following = scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX;
    if (this.#following) this.#newest.hidden = true;
  }

  #keepUp() {
    if (this.#following) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #follow() {
    this.#following = true;
    this.#newest.hidden = true;
    this.#keepUp();
  }
}

function turnNode({ turn, speaker, text, start_s: startS }) {
  return make(
    "li",
    { "data-turn": turn, "data-speaker": speaker, part: `turn ${speaker}` },
    make("span", { class: "who" }, speakers[speaker], make("time", {}, clock(startS))),
    make("p", { class: "said" }, text),
  );
}

function partialNode({ speaker }) {
  return make("li", { "data-speaker": speaker, part: "partial" }, make("p", { class: "said" }));
}

function renewPartial(node, { text }) {
  setText(node.firstElementChild, text);
}

/** Offsets count Unicode code points, as the decision stream does; JavaScript's own count UTF-16 units. */
function markWords(node, start, end) {
  const points = Array.from(node.textContent);
  const part = (from, to) => points.slice(from, to).join("");
  node.replaceChildren(part(0, start), make("mark", {}, part(start, end)), part(end));
}
