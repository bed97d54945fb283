/** May the agent offer anything now, and if not, every reason why. */

import { icon, make, mirror, setText } from "./dom.js";
import { gates } from "./words.js";

const SIGNS = {
  all: "M3 8.5 6.5 12 13 4.5",
  service: "M8 1.5v13M1.5 8h13",
  none: "M5 7V5a3 3 0 0 1 6 0v2M3.5 7h9v7h-9Z",
};

export class GateView {
  #sign = make("span", { class: "sign" });
  #title = make("strong", {});
  #hint = make("span", { class: "hint" });
  #reasons = make("ul", { part: "gate-reasons" });

  constructor() {
    this.node = make(
      "section",
      { class: "gate", part: "gate", "aria-label": "May I offer something?" },
      make("div", { class: "verdict" }, this.#sign, this.#title, this.#hint),
      this.#reasons,
    );
  }

  render({ gate, standing }) {
    this.node.hidden = gate === null;
    if (gate === null) return;
    const { scope, reasons } = gate;
    const { title, tone } = gates[scope];
    this.node.dataset.tone = tone;
    if (this.#sign.dataset.scope !== scope) this.#sign.replaceChildren(icon(SIGNS[scope]));
    this.#sign.dataset.scope = scope;
    setText(this.#title, title);
    setText(this.#hint, scope !== "none" && standing.length === 0 ? "Nothing suitable yet" : "");
    mirror(this.#reasons, reasons, holdKey, () => make("li"), renderHold(scope));
  }
}

const holdKey = ({ id, holds }) => `${id} ${holds}`;

/** Where something else is open, say of a reason that it holds sales only. */
const renderHold = (scope) => (node, { holds, text }) => {
  node.classList.toggle("sales", scope === "none" && holds === "sales");
  setText(node, text);
};
