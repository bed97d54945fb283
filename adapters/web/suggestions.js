/** The suggestions that stand, the first large and open, and what became of the others. */

import { Card } from "./card.js";
import { make, mirror } from "./dom.js";

/** While the agent moves the mouse or types in here, cards neither come nor go beneath the hand. */
const HAND_AWAY_MS = 2000;
const NOTICE_MS = 10_000;

export class SuggestionsView {
  #actions;
  #cards = new Map();
  #handUntil = 0;
  #later = 0;
  #conversation = null;
  #list = make("div", { class: "cards" });
  #notices = make("div", { class: "notices", part: "notices" });
  #empty = make("p", { class: "empty" }, "A suggestion appears here once the customer has been helped.");

  /** @param {Object} actions see Card; and `onShown(suggestion)`, called when a card has been drawn */
  constructor(actions) {
    this.#actions = actions;
    this.node = make(
      "section",
      { class: "suggestions", part: "suggestions", "aria-label": "Suggestions", tabindex: "-1" },
      this.#empty,
      this.#notices,
      this.#list,
    );
    for (const sign of ["pointermove", "pointerdown", "keydown"]) {
      this.node.addEventListener(sign, () => this.#handHere());
    }
    this.node.addEventListener("pointerleave", () => this.#handGone());
  }

  render(conversation) {
    if (conversation.id !== this.#conversation?.id) this.#startOver();
    this.#conversation = conversation;
    for (const [id, card] of this.#cards) {
      card.render(conversation.suggestions.get(id) ?? card.suggestion, conversation);
    }
    if (this.#handMayClick()) this.#renderLater();
    else this.#renderNow();
  }

  #startOver() {
    this.#cards.clear();
    this.#list.replaceChildren();
    this.#notices.replaceChildren();
    this.#handUntil = 0;
  }

  #handMayClick() {
    return this.#list.childElementCount > 0 && performance.now() < this.#handUntil;
  }

  #renderLater() {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.render(this.#conversation), this.#handUntil - performance.now());
  }

  #renderNow() {
    const { standing, answered } = this.#conversation;
    const all = [...standing, ...answered];
    const wasFocused = this.#hasFocus;
    this.#takeBack(all);
    mirror(this.#list, all, ({ id }) => id, (suggestion) => this.#card(suggestion).node);
    standing.forEach(({ id }, index) => {
      const order = standing.length > 1 ? `${index + 1} of ${standing.length}` : "";
      this.#cards.get(id).take(index === 0 ? "first" : "next", order);
    });
    for (const { id, outcome } of answered) this.#cards.get(id).take(outcome, "");
    this.#empty.hidden = all.length > 0;
    if (wasFocused && !this.#hasFocus) this.node.focus();
    standing.forEach((suggestion) => this.#actions.onShown(suggestion));
  }

  get #hasFocus() {
    return this.#list.contains(this.node.getRootNode().activeElement);
  }

  #card(suggestion) {
    const card = new Card(suggestion, this.#conversation, this.#actions);
    this.#cards.set(suggestion.id, card);
    return card;
  }

  #takeBack(staying) {
    const stay = new Set(staying.map(({ id }) => id));
    for (const [id, { suggestion }] of this.#cards) {
      if (stay.has(id)) continue;
      this.#cards.delete(id);
      if (suggestion.withdrawn) this.#notify(suggestion);
    }
  }

  #notify({ title, withdrawn }) {
    const notice = make("p", {}, `Taken back: ${title}. ${withdrawn.text}`);
    this.#notices.append(notice);
    setTimeout(() => notice.remove(), NOTICE_MS);
  }

  #handHere() {
    this.#handUntil = performance.now() + HAND_AWAY_MS;
  }

  #handGone() {
    this.#handUntil = 0;
    if (this.#conversation) this.render(this.#conversation);
  }
}
