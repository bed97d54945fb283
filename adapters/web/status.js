/** Where the conversation stands: connection, call reason, resolution, mood, needs and flags. */

import { icon, make, mirror, setText } from "./dom.js";
import { clock, flags, mood, needKinds, readable } from "./words.js";

const ARROWS = { rising: "M3 12 12 4M6 4h6v6", falling: "M3 4l9 8M6 12h6V6", steady: "M2 8h11M9 4l4 4-4 4" };
const WARNING = "M8 2 15 14H1ZM8 6.5v3.5M8 12v.3";

const STEPS = [
  ["open", "Open"],
  ["in_progress", "In progress"],
  ["proposed", "Proposed"],
  ["confirmed", "Confirmed"],
];
/** States beside the straight way: the step they stand at, what they are called there, and their tone. */
const DETOURS = { reopened: [0, "Reopened", "warn"], failed: [3, "Failed", "bad"] };

export class StatusView {
  #onEvidence;
  #connection = make("span", { class: "connection", part: "connection" });
  #clock = make("span", { class: "clock" });
  #reason = make("h2", { class: "reason", part: "reason" });
  #steps = make("ol", { class: "steps", part: "resolution", "aria-label": "How far the request has come" });
  #mood = make("div", { class: "mood", part: "mood" });
  #moodWord = make("span", { class: "mood-word" });
  #moodDot = make("span", { class: "mood-dot" });
  #moodTrend = make("span", { class: "mood-trend" });
  #flags = make("ul", { class: "chips", part: "flags", "aria-label": "Take care" });
  #needs = make("ul", { class: "chips", part: "needs", "aria-label": "Needs" });

  /** @param {(evidence) => void} onEvidence called when the agent asks where something was said */
  constructor(onEvidence) {
    this.#onEvidence = onEvidence;
    const scale = make("span", { class: "mood-scale", "aria-hidden": "true" }, this.#moodDot);
    this.#mood.append(scale, this.#moodWord, this.#moodTrend);
    const line = make("div", { class: "line" }, this.#clock, this.#connection);
    const label = (text) => make("span", { class: "label", "aria-hidden": "true" }, text);
    this.node = make(
      "section",
      { class: "status", part: "status", "aria-label": "Conversation" },
      make("div", { class: "headline" }, this.#reason, line),
      this.#steps,
      make("div", { class: "belief" }, label("Mood"), this.#mood),
      make("div", { class: "belief" }, label("Needs"), this.#needs),
      make("div", { class: "belief" }, label("Care"), this.#flags),
    );
  }

  /** @param {{state: string, text: string}} connection */
  renderConnection({ state, text }) {
    this.#connection.dataset.state = state;
    setText(this.#connection, text);
  }

  render(conversation) {
    const seen = conversation.understanding;
    this.node.classList.toggle("idle", conversation.seq === 0);
    setText(this.#clock, progress(conversation));
    setText(this.#reason, headline(conversation));
    this.#renderSteps(seen?.resolution.state ?? "unknown");
    this.#renderMood(seen?.sentiment);
    this.#renderChips(this.#needs, seen?.needs ?? [], needChip);
    this.#renderChips(this.#flags, seen?.flags ?? [], flagChip);
  }

  #renderSteps(state) {
    const [position, name, tone] = DETOURS[state] ?? [STEPS.findIndex(([id]) => id === state), null, null];
    const items = STEPS.map(([id, title], index) => ({
      id,
      title: index === position && name ? name : title,
      state: index < position ? "passed" : index === position ? "current" : "ahead",
      tone: index === position && tone ? tone : "",
    }));
    mirror(this.#steps, items, ({ id }) => id, () => make("li"), renderStep);
  }

  #renderMood(sentiment) {
    const known = sentiment !== undefined && sentiment.confidence > 0;
    const { word, tone } = known ? mood(sentiment.mood) : { word: "Not known yet", tone: "plain" };
    this.#mood.dataset.tone = tone;
    this.#mood.classList.toggle("unknown", !known);
    setText(this.#moodWord, word);
    this.#moodDot.style.left = `${known ? 50 + 50 * sentiment.mood : 50}%`;
    if (this.#moodTrend.dataset.trend === (known ? sentiment.trend : "")) return;
    this.#moodTrend.dataset.trend = known ? sentiment.trend : "";
    this.#moodTrend.replaceChildren(...(known ? [icon(ARROWS[sentiment.trend]), sentiment.trend] : []));
  }

  #renderChips(list, beliefs, describe) {
    const parts = (belief) => chipParts(describe(belief), belief.evidence, this.#onEvidence);
    const chip = (belief) => make("li", {}, ...parts(belief));
    mirror(list, beliefs, chipKey, chip);
  }
}

function progress({ seq, at, ended, behindS }) {
  if (seq === 0) return "";
  if (ended) return `Ended at ${clock(at)}`;
  return behindS >= 1 ? `${clock(at)}, ${Math.round(behindS)} s behind` : clock(at);
}

function headline({ seq, ended, understanding }) {
  if (seq === 0) return "Waiting for a call or chat";
  const reason = understanding?.reason;
  if (reason) return readable(reason.id);
  return ended ? "No reason understood" : "Listening for the reason";
}

function renderStep(node, { title, state, tone }) {
  node.dataset.state = state;
  node.dataset.tone = tone;
  setText(node, title);
  node.setAttribute("aria-current", state === "current" ? "step" : "false");
}

const needChip = ({ id, kind }) => ({ title: readable(id), note: needKinds[kind], tone: kind, mark: null });
const flagChip = ({ id }) => ({ title: flags[id] ?? readable(id), note: "", tone: "care", mark: WARNING });

/** A chip is renewed when what it says or quotes changes, and else left alone. */
const chipKey = ({ id, kind, evidence }) => JSON.stringify([id, kind, evidence.at(-1)]);

function chipParts({ title, note, tone, mark }, evidence, onEvidence) {
  const last = evidence.at(-1);
  const words = [mark && icon(mark), title, note && make("span", { class: "note" }, note)];
  if (!last) return [make("span", { class: "chip", "data-tone": tone }, ...words)];
  const open = () => onEvidence(last);
  const dismiss = ({ key, currentTarget }) => key === "Escape" && currentTarget.blur();
  const looks = { class: "chip", "data-tone": tone, "aria-description": last.text };
  return [
    make("button", { type: "button", ...looks, click: open, keydown: dismiss }, ...words),
    make("q", { class: "quote", role: "tooltip" }, last.text),
  ];
}
