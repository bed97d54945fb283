/** What the agent reads: labels for the ids of the decision stream. */

/** "billing_dispute" → "Billing dispute", for ids that the business chose. */
export function readable(id) {
  const words = id.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Seconds since the conversation began → "1:05". */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export const speakers = { agent: "You", customer: "Customer" };

export const flags = {
  vulnerable: "Vulnerable",
  complaint: "Complaint",
  churn: "May leave",
  declined: "Said no to offers",
  no_consent: "No consent to offers",
  hurry: "In a hurry",
};

export const kinds = {
  upsell: "Upgrade",
  cross_sell: "Addition",
  retention: "To keep them",
  service: "Help",
  goodwill: "Goodwill",
};

export const needKinds = { stated: "asked for it", unstated: "let it slip" };

export const outcomes = {
  shown: "Shown",
  voiced: "Said",
  accepted: "Accepted",
  declined: "Declined",
  postponed: "Later",
  dismissed: "Dismissed",
  ignored: "Not used",
};

const MOODS = [
  [0.5, "Happy", "good"],
  [0.15, "Content", "good"],
  [-0.15, "Neutral", "plain"],
  [-0.5, "Unhappy", "warn"],
  [-Infinity, "Very unhappy", "bad"],
];

/** A sentiment in [-1, 1] → its word and its tone. */
export function mood(value) {
  const [, word, tone] = MOODS.find(([least]) => value >= least);
  return { word, tone };
}

/** What the gate says, by its scope. Held is the usual state of a call, so it does not raise its voice. */
export const gates = {
  all: { title: "Clear to offer", tone: "good" },
  service: { title: "Help only, no sales", tone: "info" },
  none: { title: "Hold, no offers", tone: "held" },
};
