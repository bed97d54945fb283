/** The page of a softphone in the browser: hears both sides of a call, and shows what comes of it beside. */

import { setText } from "./dom.js";
import { AudioLine, audioSocket } from "./listen-line.js";
import { closeSources, inputs, openSources } from "./listen-sources.js";

/** Quieter than this is no sound at all: a mute button, a tab shared without its sound. */
const SILENT = 0.001;
const SILENT_FOR_MS = 10_000;
const QUIETEST_DB = -60;

/** As the audio has them. */
const SIDES = ["customer", "agent"];

const panel = document.querySelector("rightsell-panel");
const find = (id) => document.querySelector(`#${id}`);
const sides = new Map(
  SIDES.map((side) => [side, { choice: find(side), level: find(`${side}-level`), note: find(`${side}-note`) }]),
);
const [listen, pause, end] = ["listen", "pause", "end"].map(find);

/** One call, from the sources to the server. */
class Call {
  #sources = {};
  #context = new AudioContext();
  #line;
  #heardAt = SIDES.map(() => performance.now());

  async begin() {
    show({ state: "waiting", text: "Waiting for your leave to hear" });
    const choices = [...sides].map(([side, { choice }]) => [side, choice.value]);
    try {
      this.#sources = await openSources(Object.fromEntries(choices));
      await this.#connect();
    } catch (error) {
      this.#release();
      return show({ state: "refused", text: error.message });
    }
    listInputs();
    const id = `call-${crypto.randomUUID()}`;
    const agent = new URLSearchParams(location.search).get("agent") ?? "";
    const start = { call_id: id, agent_id: agent, token: panel.token };
    this.#line = new AudioLine(audioSocket(location.origin), start, (state) => this.#tell(state));
    this.#line.open();
    panel.setConversation(id);
  }

  pause() {
    this.#line.pause();
  }

  resume() {
    this.#line.resume();
  }

  end() {
    this.#release();
    this.#line?.stop();
  }

  async #connect() {
    await this.#context.audioWorklet.addModule("/static/listen-worklet.js");
    const node = new AudioWorkletNode(this.#context, "two-sides", {
      numberOfInputs: SIDES.length,
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    node.port.onmessage = ({ data }) => this.#take(data);
    SIDES.forEach((side, input) => this.#plug(side, node, input));
    await this.#context.resume();
  }

  #plug(side, node, input) {
    const stream = this.#sources[side];
    if (stream === null) return;
    const [track] = stream.getAudioTracks();
    track.addEventListener("ended", () => setText(sides.get(side).note, "This sound has ended."));
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(node, 0, input);
  }

  /** The meters show what is sent: in a pause, nothing. */
  #take({ frame, peaks }) {
    const isSent = this.#line?.send(frame) ?? false;
    SIDES.forEach((side, index) => this.#showLevel(side, index, isSent ? peaks[index] : null));
  }

  #showLevel(side, index, peak) {
    const { level, note } = sides.get(side);
    level.value = 1 - Math.max(QUIETEST_DB, 20 * Math.log10(peak ?? 0)) / QUIETEST_DB;
    const now = performance.now();
    if (peak === null || peak >= SILENT) this.#heardAt[index] = now;
    if (!this.#sources[side]?.active) return;
    setText(note, now - this.#heardAt[index] > SILENT_FOR_MS ? "No sound comes from here." : "");
  }

  #tell(status) {
    if (["ended", "refused"].includes(status.state)) this.#release();
    // The last words of a call may still be coming when the next one has begun.
    if (call === this) show(status);
  }

  #release() {
    closeSources(this.#sources);
    if (this.#context.state !== "closed") this.#context.close();
    for (const { level, note } of sides.values()) {
      level.value = 0;
      setText(note, "");
    }
  }
}

let call = null;

function show({ state, text }) {
  const isOver = ["idle", "ending", "ended", "refused"].includes(state);
  find("state").dataset.state = state;
  setText(find("state"), text);
  listen.hidden = !isOver;
  pause.hidden = end.hidden = isOver || state === "waiting";
  setText(pause, state === "paused" ? "Go on" : "Pause");
  pause.disabled = state === "lost";
  for (const { choice } of sides.values()) choice.disabled = !isOver;
}

async function listInputs() {
  const found = await inputs();
  for (const { choice } of sides.values()) {
    const chosen = choice.value;
    choice.querySelectorAll("[data-input]").forEach((option) => option.remove());
    for (const { value, text } of found) {
      const option = new Option(text, value);
      option.dataset.input = "";
      choice.add(option);
    }
    choice.value = chosen;
    if (choice.selectedIndex < 0) choice.selectedIndex = 0;
  }
}

listen.addEventListener("click", () => {
  call = new Call();
  call.begin();
});
pause.addEventListener("click", () => {
  if (find("state").dataset.state === "paused") call.resume();
  else call.pause();
});
end.addEventListener("click", () => call.end());
window.addEventListener("pagehide", () => call?.end());
navigator.mediaDevices.addEventListener("devicechange", listInputs);
panel.addEventListener("offers:status", ({ detail }) => {
  if (detail.state === "live") listen.disabled = false;
});
listInputs();
