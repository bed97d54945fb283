/** One suggestion: what, why, how to say it, and what became of it. */

import { icon, make, setText } from "./dom.js";
import { clock, kinds, needKinds, outcomes, readable } from "./words.js";

const FOLD = "M4 6l4 4 4-4";
const ANSWERS = [
  ["voiced", "Said it"],
  ["accepted", "Accepted"],
  ["declined", "Declined"],
  ["postponed", "Later"],
  ["dismissed", "Dismiss"],
];
export class Card {
  #actions;
  #conversation;
  #buttons = new Map();
  #problem = make("p", { class: "problem", role: "alert" });
  #kind = make("span", { class: "kind" });
  #outcome = make("span", { class: "outcome" });
  #place = "";

  /**
   * @param {Object} actions `onAnswer(suggestion, action)` returns a promise, `onWords(suggestion, text)`
   *   returns a promise of what to tell the agent, `onEvidence(evidence)`
   */
  constructor(suggestion, conversation, actions) {
    this.suggestion = suggestion;
    this.#conversation = conversation;
    this.#actions = actions;
    const parts = [this.#why(), this.#say(), ...this.#more(), this.#answers(), this.#problem];
    const body = make("div", { class: "body" }, ...parts);
    this.node = make("details", { class: "card", part: "card" }, this.#head(), body);
    this.render(suggestion, conversation);
  }

  /** Show what has become of the suggestion since; after a reconnection it is another object, told anew. */
  render(suggestion, { ended }) {
    this.suggestion = suggestion;
    const { outcome, withdrawn } = suggestion;
    this.node.inert = withdrawn !== null;
    this.node.classList.toggle("withdrawn", withdrawn !== null);
    for (const [action, button] of this.#buttons) {
      button.setAttribute("aria-pressed", String(action === outcome));
      button.disabled = ended;
    }
    setText(this.#outcome, outcome === null || outcome === "shown" ? "" : outcomes[outcome]);
  }

  /**
   * Take a place: large and open as the `first`, else folded. Where the agent folds or opens it by hand,
   * it stays so until its place changes.
   * @param {string} place first, next, or the outcome
   * @param {string} order such as "1 of 2"; empty where there is no order
   */
  take(place, order) {
    const kind = kinds[this.suggestion.kind];
    setText(this.#kind, order ? `${kind}, ${order}` : kind);
    if (place === this.#place) return;
    this.#place = place;
    this.node.classList.toggle("first", place === "first");
    this.node.open = place === "first";
  }

  #head() {
    const { title, price } = this.suggestion;
    return make(
      "summary",
      { part: "card-head" },
      this.#kind,
      this.#outcome,
      make("span", { class: "price", part: "card-price" }, price || "Free"),
      make("span", { class: "title", part: "card-title" }, title),
      icon(FOLD),
    );
  }

  #why() {
    const { evidence, need, need_kind: kind } = this.suggestion;
    if (!need) return make("p", { class: "why" }, "Fits any customer in this situation.");
    const lead = make("span", { class: "lead" }, `${readable(need)}, ${needKinds[kind]}`);
    const quotes = evidence.map((said) => this.#quote(said));
    return make("div", { class: "why", part: "why" }, lead, ...quotes);
  }

  #quote(evidence) {
    const startS = this.#conversation.turns.get(evidence.turn)?.start_s;
    const where = startS === undefined ? "where" : clock(startS);
    const go = () => this.#actions.onEvidence(evidence);
    const label = `Show in the transcript, ${where}`;
    return make(
      "blockquote",
      {},
      make("button", { type: "button", class: "link", "aria-label": label, click: go }, where),
      " ",
      make("q", {}, evidence.text),
    );
  }

  #say() {
    const { bridge, pitch } = this.suggestion.talk;
    const text = [bridge, pitch].filter(Boolean).join(" ");
    const take = () => this.#takeWords(copy, text);
    const copy = make("button", { type: "button", class: "link copy", click: take }, "Use these words");
    const words = [bridge && make("span", { class: "bridge" }, `${bridge} `), pitch];
    return make("div", { class: "say", part: "talk" }, make("p", {}, ...words), copy);
  }

  async #takeWords(button, text) {
    setText(button, await this.#actions.onWords(this.suggestion, text));
  }

  #more() {
    const { primer = [], objections = [], decline = "" } = this.suggestion.talk;
    const suspected = this.suggestion.need_kind === "unstated";
    const questions = make("ul", {}, ...primer.map((question) => make("li", {}, question)));
    const answer = ({ when, say }) => [make("dt", {}, when), make("dd", {}, say)];
    const answers = make("dl", {}, ...objections.flatMap(answer));
    return [
      primer.length > 0 && fold("Ask first", questions, suspected),
      objections.length > 0 && fold("If they hesitate", answers, false),
      decline && make("p", { class: "decline" }, make("span", { class: "lead" }, "If no"), decline),
    ].filter(Boolean);
  }

  #answers() {
    for (const [action, label] of ANSWERS) {
      const hooks = { "data-action": action, part: `action ${action}`, click: () => this.#answer(action) };
      this.#buttons.set(action, make("button", { type: "button", ...hooks }, label));
    }
    const group = { class: "answers", role: "group", "aria-label": "What became of it" };
    return make("div", group, ...this.#buttons.values());
  }

  async #answer(action) {
    setText(this.#problem, "");
    try {
      await this.#actions.onAnswer(this.suggestion, action);
    } catch (refusal) {
      setText(this.#problem, `Not recorded: ${refusal.message}`);
    }
  }
}

function fold(title, content, open) {
  return make("details", { class: "fold", open }, make("summary", {}, title, icon(FOLD)), content);
}
