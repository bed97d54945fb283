/** Where a call's two sides are heard: microphones, line inputs, and the sound of a tab or of the computer. */

/** The choice that is no input: the browser asks which tab, window or screen. */
export const TAB = "tab";

/** The choice to hear nobody. */
export const NOBODY = "nobody";

const SPEECH = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const AS_IT_IS = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/** A source that cannot be heard; the message tells the agent what to do. */
export class SourceError extends Error {}

const REASONS = {
  NotAllowedError: "The browser did not let this page hear it. Allow it beside the address, and try again.",
  NotFoundError: "There is no such input any more. Choose another one.",
  NotReadableError: "Another program holds this input. Close it there, and try again.",
};

/** The inputs there are: `{value, text}`. Without leave to hear, browsers do not tell their names. */
export async function inputs() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter(({ kind, deviceId }) => kind === "audioinput" && deviceId !== "")
    .map(({ deviceId, label }, index) => ({ value: deviceId, text: label || `Input ${index + 1}` }));
}

/**
 * Open both sides.
 * @param {{customer: string, agent: string}} choices TAB, NOBODY or an input; "" is the usual one
 * @returns {Promise<{customer: ?MediaStream, agent: ?MediaStream}>}
 * @throws {SourceError}
 */
export async function openSources({ customer, agent }) {
  const opened = {};
  try {
    // First what needs the agent's click: a browser forgets it after a few seconds.
    opened.customer = await open(customer, AS_IT_IS);
    opened.agent = await open(agent, SPEECH);
  } catch (error) {
    closeSources(opened);
    throw error instanceof SourceError ? error : new SourceError(REASONS[error.name] ?? error.message);
  }
  return opened;
}

/** Hear nothing any more, and let the browser show so. */
export function closeSources(sources) {
  for (const stream of Object.values(sources)) stream?.getTracks().forEach((track) => track.stop());
}

async function open(choice, processing) {
  if (choice === NOBODY) return null;
  if (choice === TAB) return openTab();
  const deviceId = choice === "" ? undefined : { exact: choice };
  return navigator.mediaDevices.getUserMedia({ audio: { deviceId, ...processing } });
}

async function openTab() {
  // Browsers share sound only with a picture; of that, nothing is used.
  const shared = await navigator.mediaDevices.getDisplayMedia({
    video: true,
    audio: { ...AS_IT_IS, suppressLocalAudioPlayback: false },
    systemAudio: "include",
  });
  shared.getVideoTracks().forEach((track) => track.stop());
  if (shared.getAudioTracks().length === 0) {
    throw new SourceError("That came without sound. Try again, and tick the box that shares the sound too.");
  }
  return shared;
}
