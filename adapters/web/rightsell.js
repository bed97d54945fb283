/**
 * `<rightsell-panel>`: what a busy agent needs at a glance, in any desktop, by one script tag.
 *
 * Attributes: server (default: where this script came from), conversation (absent: the newest of this
 * agent, or without an agent, where the server allows it, of all), agent, token.
 * Methods: connect(), setConversation(id).
 * Events, bubbling and composed: offers:ready, offers:status, offers:suggestion, offers:accepted,
 * offers:dismissed, offers:insert.
 */

import { AgentConnection, agentSocket } from "./connection.js";
import { Conversation } from "./conversation.js";
import { make, setText } from "./dom.js";
import { GateView } from "./gate.js";
import { StatusView } from "./status.js";
import { css } from "./style.js";
import { SuggestionsView } from "./suggestions.js";
import { TranscriptView } from "./transcript.js";
import { gates } from "./words.js";

const STYLE = new CSSStyleSheet();
STYLE.replaceSync(css);

/** Answers that the desktop around the panel is told of. */
const TOLD = { accepted: "offers:accepted", dismissed: "offers:dismissed" };

export class RightsellPanel extends HTMLElement {
  static observedAttributes = ["server", "conversation", "agent", "token"];

  #connection = null;
  #conversation = new Conversation(null);
  #token = null;
  #frame = 0;
  #shown = new WeakSet();
  #gateSaid = null;
  #announcer = make("div", { class: "announcer", role: "status", "aria-live": "polite" });
  #transcript = new TranscriptView();
  #status = new StatusView((evidence) => this.#transcript.show(evidence));
  #gate = new GateView();
  #suggestions = new SuggestionsView({
    onEvidence: (evidence) => this.#transcript.show(evidence),
    onAnswer: (suggestion, action) => this.#answer(suggestion, action),
    onWords: (suggestion, text) => this.#handOver(suggestion, text),
    onShown: (suggestion) => this.#reportShown(suggestion),
  });

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [STYLE];
    const views = [this.#status, this.#gate, this.#transcript, this.#suggestions].map(({ node }) => node);
    shadow.append(make("div", { class: "panel", part: "panel" }, ...views), this.#announcer);
    this.#status.renderConnection({ state: "closed", text: "Not connected" });
    this.#render();
  }

  connectedCallback() {
    if (this.token) this.connect();
  }

  disconnectedCallback() {
    this.#connection?.close();
    this.#connection = null;
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.isConnected) return;
    if (name === "conversation") this.#follow();
    else if (this.token) this.connect();
  }

  /** The access token: set as a property, it never shows in the page. */
  get token() {
    return this.#token ?? this.getAttribute("token");
  }

  set token(token) {
    this.#token = token;
    if (this.isConnected) this.connect();
  }

  /** Connect with the settings of now, dropping the line there was. */
  connect() {
    this.#connection?.close();
    const server = this.getAttribute("server") ?? new URL(import.meta.url).origin;
    const credentials = { token: this.token, agent: this.getAttribute("agent") ?? "" };
    this.#connection = new AgentConnection(agentSocket(new URL(server, location.href)), credentials, {
      onStatus: (status) => this.#renewStatus(status),
      onReady: ({ agent }) => this.#tell("offers:ready", { agent }),
      onEvent: (event) => this.#receive(event),
    });
    this.#follow();
    this.#connection.open();
  }

  /** Show another conversation; null follows the newest. */
  setConversation(id) {
    if (id === null) this.removeAttribute("conversation");
    else this.setAttribute("conversation", id);
  }

  #follow() {
    const wanted = this.getAttribute("conversation");
    if (wanted !== null && wanted !== this.#conversation.id) this.#begin(wanted);
    this.#connection?.follow(wanted === null ? "agent:me" : `conversation:${wanted}`);
  }

  #begin(id) {
    this.#conversation = new Conversation(id);
    this.#gateSaid = null;
    this.#renderSoon();
  }

  #receive(event) {
    if (event.type === "started" && this.#wants(event.conversation)) this.#begin(event.conversation);
    if (event.conversation !== this.#conversation.id || !this.#conversation.receive(event)) return;
    if (event.type === "gate") this.#announceGate(event.data);
    if (event.type === "withdrawn") {
      setText(this.#announcer, `Suggestion taken back. ${event.data.reason.text}`);
    }
    this.#renderSoon();
  }

  #wants(conversation) {
    return [null, conversation].includes(this.getAttribute("conversation"));
  }

  #announceGate({ scope }) {
    if (scope !== this.#gateSaid) setText(this.#announcer, gates[scope].title);
    this.#gateSaid = scope;
  }

  /** Tell of a suggestion when it is first drawn; one that the stream already calls shown is no news. */
  #reportShown(suggestion) {
    if (suggestion.outcome !== null || this.#shown.has(suggestion)) return;
    this.#shown.add(suggestion);
    setText(this.#announcer, `Suggestion: ${suggestion.title}`);
    this.#tell("offers:suggestion", { suggestion });
    this.#answer(suggestion, "shown").catch(() => {});
  }

  async #answer(suggestion, action) {
    if (this.#connection === null) throw new Error("not connected");
    await this.#connection.feedback(this.#conversation.id, suggestion.id, action);
    if (action in TOLD) this.#tell(TOLD[action], { suggestion });
  }

  /** The desktop may take the words (by preventDefault); else they go to the clipboard. */
  async #handOver(suggestion, text) {
    if (!this.#tell("offers:insert", { suggestion, text })) return "Inserted";
    try {
      await navigator.clipboard.writeText(text);
      return "Copied";
    } catch {
      return "Copying is blocked here";
    }
  }

  #renewStatus(status) {
    this.#status.renderConnection(status);
    this.#tell("offers:status", status);
  }

  #tell(type, detail) {
    const whole = { conversation: this.#conversation.id, ...detail };
    const how = { bubbles: true, composed: true, cancelable: true };
    return this.dispatchEvent(new CustomEvent(type, { ...how, detail: whole }));
  }

  /** Once a frame at most, and not while nobody can see it: a hidden suggestion has not been shown. */
  #renderSoon() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#render());
  }

  #render() {
    const views = [this.#status, this.#gate, this.#suggestions, this.#transcript];
    for (const view of views) view.render(this.#conversation);
  }
}

customElements.define("rightsell-panel", RightsellPanel);
