/** The audio socket: one call, sent as it is heard; comes back after a loss. Knows nothing of the page. */

import { REFUSALS, retryAfterMs } from "./connection.js";

const PROTOCOL = "rightsell.audio.v1";
const FORMAT = { format: "s16le", rate: 16_000, channels: 2, roles: ["customer", "agent"] };

/** So many bytes unsent, about 15 s of a call, and the line counts as lost: what is old is not worth sending. */
const MOST_UNSENT = 1_000_000;

/** http(s) address of a server → address of its audio socket. */
export function audioSocket(server) {
  const url = new URL("/v1/audio", server);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}

export class AudioLine {
  #url;
  #start;
  #onState;
  #socket = null;
  #begun = false;
  #started = false;
  #paused = false;
  #stopped = false;
  #failures = 0;
  #refusal = null;
  #retryTimer = 0;

  /**
   * @param {string} url the audio socket
   * @param {{call_id: string, token: string}} start what is known of the call; the token never goes into an address
   * @param {({state, text}) => void} onState with state waiting, listening, paused, lost, ending, ended or refused
   */
  constructor(url, start, onState) {
    this.#url = url;
    this.#start = start;
    this.#onState = onState;
    window.addEventListener("offline", this.#wentOffline);
  }

  open() {
    clearTimeout(this.#retryTimer);
    const socket = new WebSocket(this.#url, [PROTOCOL]);
    socket.onopen = () => this.#say({ type: "start", ...FORMAT, ...this.#start, resume: this.#begun ? "live" : "" });
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = ({ code }) => this.#closed(code);
    this.#socket = socket;
    if (!this.#begun) this.#tell("waiting", "Waiting for the server");
  }

  /** Send the next frame; returns whether: while there is no line, or a pause, it is nobody's. */
  send(frame) {
    if (!this.#started || this.#paused) return false;
    this.#socket.send(frame);
    if (this.#socket.bufferedAmount > MOST_UNSENT) this.#lost();
    return true;
  }

  pause() {
    this.#paused = true;
    this.#say({ type: "pause" });
    this.#tellHow();
  }

  resume() {
    this.#paused = false;
    this.#say({ type: "resume" });
    this.#tellHow();
  }

  /** End the call. The last words are still on their way; without a line, the server ends it by itself. */
  stop() {
    this.#say({ type: "stop" });
    this.#stopped = true;
    if (!this.#started) return this.#end("ended", "The call has ended");
    this.#started = false;
    this.#tell("ending", "The call has ended, its last words are coming");
  }

  #say(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #receive(message) {
    if (message.type === "started") this.#welcome();
    else if (message.type === "ended") this.#end("ended", "The call has ended");
    else if (message.type === "error" && !message.retryable) this.#refusal = message.message;
  }

  #welcome() {
    this.#begun = this.#started = true;
    this.#failures = 0;
    if (this.#paused) this.#say({ type: "pause" });
    this.#tellHow();
  }

  #tellHow() {
    if (!this.#started) return;
    if (this.#paused) this.#tell("paused", "Paused, nothing is heard");
    else this.#tell("listening", "Listening");
  }

  #closed(code) {
    const refusal = this.#refusal ?? REFUSALS.get(code);
    if (this.#stopped) this.#end("ended", "The call has ended");
    else if (refusal !== undefined) this.#end("refused", refusal);
    else this.#lost();
  }

  #wentOffline = () => this.#started && this.#lost();

  #lost() {
    this.#hangUp();
    this.#tell("lost", this.#begun ? "Connection lost, coming back" : "The server is not there, trying again");
    this.#retryTimer = setTimeout(() => this.open(), retryAfterMs(this.#failures));
    this.#failures += 1;
  }

  #end(state, text) {
    this.#hangUp();
    window.removeEventListener("offline", this.#wentOffline);
    this.#tell(state, text);
  }

  #hangUp() {
    clearTimeout(this.#retryTimer);
    this.#started = false;
    if (this.#socket === null) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #tell(state, text) {
    this.#onState({ state, text });
  }
}
