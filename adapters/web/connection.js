/** The agent's socket: signs on, keeps the line alive, comes back after a loss. Knows nothing of the page. */

const PROTOCOL = "rightsell.v1";
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
const DEFAULT_HEARTBEAT_S = 15;

/** Close codes after which trying again cannot help. */
export const REFUSALS = new Map([
  [4401, "The access token was refused."],
  [4403, "This page may not connect to the server."],
  [4406, "The server speaks another version."],
]);

/** http(s) or ws(s) address of a server → address of its agent's socket. */
export function agentSocket(server) {
  const url = new URL("/v1/agent", server);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}

/** Full jitter: anything between nothing and an exponentially growing ceiling. */
export function retryAfterMs(failures) {
  return Math.random() * Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
}

export class AgentConnection {
  #url;
  #credentials;
  #onStatus;
  #onReady;
  #onEvent;
  #socket = null;
  #topic = null;
  #signedOn = false;
  #failures = 0;
  #announcedRetryMs = null;
  #retryTimer = 0;
  #heartbeatTimer = 0;
  #heard = true;
  #nextId = 1;
  #unanswered = new Map();

  /**
   * @param {string} url the agent's socket
   * @param {{token: string, agent: string}} credentials sent in the first message, never in the address
   * @param {Object} listeners `onStatus({state, text})` with state connecting, live, waiting, denied,
   *   refused or closed; `onReady(message)`; `onEvent(event)` with events of the decision stream
   */
  constructor(url, credentials, { onStatus, onReady, onEvent }) {
    this.#url = url;
    this.#credentials = credentials;
    this.#onStatus = onStatus;
    this.#onReady = onReady;
    this.#onEvent = onEvent;
  }

  /** Connect now, dropping whatever line there was. */
  open() {
    this.#hangUp();
    this.#onStatus({ state: "connecting", text: "Connecting" });
    const socket = new WebSocket(this.#url, [PROTOCOL]);
    socket.onopen = () => this.#send({ type: "auth", ...this.#credentials });
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = ({ code }) => this.#lost(code);
    this.#socket = socket;
  }

  /** Hang up and stay away. */
  close() {
    this.#hangUp();
    this.#onStatus({ state: "closed", text: "Not connected" });
  }

  /** Subscribe to a topic, now and after every reconnection, in place of the one before. */
  follow(topic) {
    if (this.#signedOn && this.#topic !== null) this.#request("unsubscribe");
    this.#topic = topic;
    if (this.#signedOn) this.#request("subscribe");
  }

  /**
   * Say what became of a suggestion. Kept and sent again until the server has answered.
   * @returns {Promise<void>} rejected with the server's words when it refuses
   */
  feedback(conversation, suggestion, action) {
    const message = { id: this.#nextId++, type: "feedback", conversation, suggestion_id: suggestion, action };
    return new Promise((resolve, reject) => {
      this.#unanswered.set(message.id, { message, resolve, reject });
      this.#send(message);
    });
  }

  #hangUp() {
    clearTimeout(this.#retryTimer);
    clearInterval(this.#heartbeatTimer);
    this.#signedOn = false;
    if (this.#socket === null) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #request(type) {
    this.#send({ id: this.#nextId++, type, topic: this.#topic });
  }

  #receive(message) {
    this.#heard = true;
    this.#handlers[message.type]?.(message);
  }

  #handlers = {
    hello: ({ heartbeat_s: every }) => this.#keepAlive(every ?? DEFAULT_HEARTBEAT_S),
    ready: (message) => this.#welcome(message),
    event: ({ event }) => this.#onEvent(event),
    result: ({ id }) => this.#settle(id)?.resolve(),
    error: ({ id, message }) => this.#declined(this.#settle(id), message),
    ping: ({ t }) => this.#send({ type: "pong", t }),
    going_away: ({ retry_ms: retryMs }) => (this.#announcedRetryMs = retryMs),
  };

  #welcome(message) {
    this.#signedOn = true;
    this.#failures = 0;
    this.#onStatus({ state: "live", text: "Live" });
    this.#onReady(message);
    if (this.#topic !== null) this.#request("subscribe");
    for (const { message: unsent } of this.#unanswered.values()) this.#send(unsent);
  }

  #settle(id) {
    const feedback = this.#unanswered.get(id);
    this.#unanswered.delete(id);
    return feedback;
  }

  #declined(feedback, message) {
    if (feedback) feedback.reject(new Error(message));
    else this.#onStatus({ state: "denied", text: message });
  }

  /** A browser cannot see the socket's own pings: ask by message, and give up a line that stays silent. */
  #keepAlive(everyS) {
    clearInterval(this.#heartbeatTimer);
    this.#heartbeatTimer = setInterval(() => {
      if (!this.#heard) return this.#lost(1006);
      this.#heard = false;
      this.#send({ type: "ping", t: Date.now() });
    }, everyS * 1000);
  }

  #lost(code) {
    this.#hangUp();
    if (REFUSALS.has(code)) return this.#onStatus({ state: "refused", text: REFUSALS.get(code) });
    const delayMs = this.#announcedRetryMs ?? retryAfterMs(this.#failures);
    this.#announcedRetryMs = null;
    this.#failures += 1;
    this.#onStatus({ state: "waiting", text: "Connection lost, trying again" });
    this.#retryTimer = setTimeout(() => this.open(), delayMs);
  }
}
