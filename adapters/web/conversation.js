/** What the panel knows of one conversation: the decision stream's events, folded. */

/** Outcomes after which a suggestion has done its work. */
const SETTLING = new Set(["accepted", "declined", "postponed", "dismissed", "ignored"]);

export class Conversation {
  seq = 0;
  at = 0;
  channel = null;
  ended = false;
  understanding = null;
  gate = null;
  behindS = 0;
  turns = new Map();
  partials = new Map();
  suggestions = new Map();

  constructor(id) {
    this.id = id;
  }

  /** Suggestions that stand and wait for an answer, first rank first. */
  get standing() {
    const standing = this.#kept.filter(({ outcome }) => !SETTLING.has(outcome));
    return standing.sort((one, other) => one.rank - other.rank);
  }

  /** Suggestions that were answered, oldest first. */
  get answered() {
    return this.#kept.filter(({ outcome }) => SETTLING.has(outcome));
  }

  get #kept() {
    return [...this.suggestions.values()].filter(({ withdrawn }) => withdrawn === null);
  }

  /** Take the next event; one that was seen before (sent again after a reconnection) changes nothing. */
  receive(event) {
    if (event.seq <= this.seq) return false;
    this.seq = event.seq;
    this.at = event.at;
    folds[event.type]?.(this, event.data, event);
    return true;
  }
}

const folds = {
  started: (it, { channel }) => (it.channel = channel),
  ended: (it) => {
    it.ended = true;
    it.partials.clear();
  },
  partial: (it, { speaker, text }) => (text ? it.partials.set(speaker, text) : it.partials.delete(speaker)),
  utterance: (it, data, { turn }) => {
    it.partials.delete(data.speaker);
    it.turns.set(turn, { turn, ...data });
  },
  understanding: (it, data) => (it.understanding = data),
  gate: (it, data) => {
    it.gate = data;
    if (!data.reasons.some(({ id }) => id === "lagging")) it.behindS = 0;
  },
  suggestion: (it, data) => it.suggestions.set(data.id, { ...data, outcome: null, withdrawn: null }),
  withdrawn: (it, { suggestion, reason }) => amend(it, suggestion, { withdrawn: reason }),
  outcome: (it, { suggestion, outcome }) => amend(it, suggestion, { outcome }),
  lagging: (it, { behind_s: behindS }) => (it.behindS = behindS),
};

function amend(it, id, change) {
  const suggestion = it.suggestions.get(id);
  if (suggestion) Object.assign(suggestion, change);
}
