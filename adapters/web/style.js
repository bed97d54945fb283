/** The panel's looks. Desktops theme it by the custom properties in `:host`; all pairs of colours reach WCAG AA. */

export const css = `
:host {
  --background: var(--rightsell-background, #ffffff);
  --surface: var(--rightsell-surface, #f3f5f8);
  --line: var(--rightsell-line, #d5dbe3);
  --text: var(--rightsell-text, #18212d);
  --muted: var(--rightsell-muted, #556070);
  --accent: var(--rightsell-accent, #1d5bc6);
  --on-accent: var(--rightsell-on-accent, #ffffff);
  --good: var(--rightsell-good, #14663c);  --good-tint: var(--rightsell-good-tint, #e3f4ea);
  --info: var(--rightsell-info, #1a4e96);  --info-tint: var(--rightsell-info-tint, #e6effb);
  --warn: var(--rightsell-warn, #824600);  --warn-tint: var(--rightsell-warn-tint, #fdf1dc);
  --bad: var(--rightsell-bad, #a11d29);    --bad-tint: var(--rightsell-bad-tint, #fce9ea);
  --mark: var(--rightsell-mark, #ffe58a);
  --radius: var(--rightsell-radius, 8px);
  --font: var(--rightsell-font, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif);
  box-sizing: border-box;
  display: flex;
  flex-direction: column;
  container-type: inline-size;
  height: var(--rightsell-height, 100%);
  min-height: 26rem;
  max-height: 100vh;
  background: var(--background);
  color: var(--text);
  font: 14px/1.45 var(--font);
}
:host([hidden]) { display: none; }
@media (prefers-color-scheme: dark) {
  :host {
    --background: var(--rightsell-background, #14181f);
    --surface: var(--rightsell-surface, #1e242d);
    --line: var(--rightsell-line, #38414e);
    --text: var(--rightsell-text, #e9edf3);
    --muted: var(--rightsell-muted, #a5b0bf);
    --accent: var(--rightsell-accent, #8ab4ff);
    --on-accent: var(--rightsell-on-accent, #0b1a33);
    --good: var(--rightsell-good, #86dcab);  --good-tint: var(--rightsell-good-tint, #14301f);
    --info: var(--rightsell-info, #a3c8ff);  --info-tint: var(--rightsell-info-tint, #172a47);
    --warn: var(--rightsell-warn, #ffcb7d);  --warn-tint: var(--rightsell-warn-tint, #38290f);
    --bad: var(--rightsell-bad, #ffa3a6);    --bad-tint: var(--rightsell-bad-tint, #43191d);
    --mark: var(--rightsell-mark, #6b5300);
  }
}

*, ::before, ::after { box-sizing: border-box; }
h2, p, ol, ul, dl, dd, blockquote { margin: 0; padding: 0; }
ol, ul { list-style: none; }
[hidden] { display: none !important; }
button, summary { font: inherit; color: inherit; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.icon { width: 1em; height: 1em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.empty, .label, .lead { color: var(--muted); }
.label, .lead, .kind, .who { font-size: 12px; }
.announcer { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

/* The transcript takes up every change of height above the cards, so that nothing moves beneath the hand. */
.panel {
  flex: 1;
  min-height: 0;
  display: grid;
  grid-template: auto auto minmax(6rem, 1fr) auto / minmax(0, 1fr);
}
@container (min-width: 760px) {
  .panel { grid-template: auto auto minmax(6rem, 1fr) / minmax(0, 1fr) minmax(22rem, 26rem); }
  .panel > .suggestions { grid-area: 1 / 2 / -1 / 3; max-height: none; border-top: 0; border-left: 1px solid var(--line); padding: 16px; }
  .panel > .suggestions > .empty { display: block; }
}

/* Where the conversation stands */
.status { padding: 12px 14px 10px; display: grid; gap: 8px; border-bottom: 1px solid var(--line); }
.idle > :not(.headline) { display: none !important; }
.headline { display: flex; align-items: baseline; justify-content: space-between; gap: 10px; }
.reason { font-size: 17px; line-height: 1.25; font-weight: 650; overflow-wrap: anywhere; }
.line { flex: none; display: flex; gap: 8px; font-size: 12px; color: var(--muted); font-variant-numeric: tabular-nums; }
.connection { display: inline-flex; align-items: center; gap: 5px; max-width: 11rem; }
.connection::before { content: ""; flex: none; width: 8px; height: 8px; border-radius: 50%; background: currentColor; }
.connection[data-state="live"] { color: var(--good); }
.connection[data-state="connecting"], .connection[data-state="waiting"] { color: var(--warn); }
.connection[data-state="refused"], .connection[data-state="denied"] { color: var(--bad); }
.steps { display: grid; grid-template-columns: repeat(4, 1fr); gap: 4px; font-size: 12px; }
.steps li { border-top: 4px solid var(--line); padding-top: 3px; color: var(--muted); white-space: nowrap; }
.steps li[data-state="passed"] { border-color: var(--good); }
.steps li[data-state="current"] { border-color: var(--good); color: var(--text); font-weight: 650; }
.steps li[data-tone="warn"] { border-color: var(--warn); color: var(--warn); }
.steps li[data-tone="bad"] { border-color: var(--bad); color: var(--bad); }
.belief { display: grid; grid-template-columns: 3.2rem 1fr; align-items: center; min-height: 24px; }
.belief:has(.chips[part="flags"]:empty) { display: none; }
.mood { display: flex; align-items: center; gap: 8px; }
.mood[data-tone="good"] { color: var(--good); }
.mood[data-tone="warn"] { color: var(--warn); }
.mood[data-tone="bad"] { color: var(--bad); }
.mood.unknown { color: var(--muted); }
.mood-word { font-weight: 600; }
.mood.unknown .mood-word { font-weight: 400; }
.mood-scale { position: relative; width: 72px; height: 4px; border-radius: 2px; background: var(--line); }
.mood-scale::before { content: ""; position: absolute; left: 50%; top: -2px; width: 1px; height: 8px; background: var(--muted); }
.mood-dot { position: absolute; top: -4px; width: 12px; height: 12px; margin-left: -6px; border-radius: 50%; background: currentColor; border: 2px solid var(--background); transition: left .3s; }
.mood.unknown .mood-dot { display: none; }
.mood-trend { display: inline-flex; align-items: center; gap: 3px; font-size: 12px; color: var(--muted); }
.chips { display: flex; flex-wrap: wrap; gap: 5px; position: relative; }
.chips:empty::before { content: "None heard"; color: var(--muted); }
.chip { display: inline-flex; align-items: center; gap: 5px; min-height: 24px; padding: 1px 9px; border: 1px solid transparent; border-radius: 99px; background: var(--surface); font-size: 13px; text-align: left; }
.chip .note { font-size: 12px; color: var(--muted); }
.chip[data-tone="stated"] { border-color: var(--line); }
.chip[data-tone="unstated"] { border: 1px dashed var(--muted); }
.chip[data-tone="care"] { background: var(--bad-tint); color: var(--bad); font-weight: 600; }
.quote { display: none; position: absolute; z-index: 2; top: 100%; left: 0; right: 0; padding: 8px 10px; border: 1px solid var(--line); border-radius: var(--radius); background: var(--background); box-shadow: 0 4px 14px rgb(0 0 0 / .18); font-size: 13px; overflow-wrap: anywhere; }
.chips li:hover > .quote, .chip:focus-visible + .quote { display: block; }

/* The gate */
.gate { padding: 8px 14px; border-bottom: 1px solid var(--line); background: var(--tint, var(--surface)); }
.gate[data-tone="good"] { --tint: var(--good-tint); --ink: var(--good); }
.gate[data-tone="info"] { --tint: var(--info-tint); --ink: var(--info); }
.gate[data-tone="held"] { --ink: var(--text); }
.verdict { display: flex; align-items: center; gap: 7px; color: var(--ink, var(--muted)); }
.sign { display: inline-flex; font-size: 16px; }
.hint { margin-left: auto; font-size: 12px; }
.gate ul { padding: 2px 0 2px 23px; font-size: 13px; line-height: 1.5; }
.gate ul:empty { display: none; }
.gate li { position: relative; overflow-wrap: anywhere; }
.gate li::before { content: "–"; position: absolute; left: -12px; }
.gate li.sales::after { content: " (sales)"; color: var(--muted); }

/* The words */
.transcript { grid-row: 3; position: relative; min-height: 0; }
.scroller { position: absolute; inset: 0; overflow-y: auto; padding: 10px 14px; overflow-wrap: anywhere; }
.turns { display: flex; flex-direction: column; gap: 3px; font-size: 13px; }
.turns li { max-width: 88%; align-self: flex-start; }
.turns li[data-speaker="agent"] { align-self: flex-end; text-align: right; }
.turns li:not(:first-child) .who { margin-top: 5px; }
.turns li[data-speaker="agent"] + [data-speaker="agent"] .who, .turns li[data-speaker="customer"] + [data-speaker="customer"] .who { display: none; }
.who { display: block; color: var(--muted); }
.who time { margin-left: 6px; font-variant-numeric: tabular-nums; }
.said { display: inline-block; text-align: left; padding: 4px 10px; border-radius: var(--radius); }
[data-speaker="customer"] > .said { background: var(--surface); border-top-left-radius: 2px; }
[data-speaker="agent"] > .said { border: 1px solid var(--line); border-top-right-radius: 2px; padding: 3px 9px; }
.partials { margin-top: 3px; }
.partials .said { color: var(--muted); font-style: italic; }
mark { background: var(--mark); color: inherit; border-radius: 2px; }
.newest { position: absolute; bottom: 8px; left: 50%; transform: translateX(-50%); padding: 3px 12px; border: 0; border-radius: 99px; background: var(--accent); color: var(--on-accent); font-size: 12px; }

/* The suggestions */
.suggestions { grid-row: 4; min-height: 0; max-height: min(62vh, 34rem); overflow-y: auto; border-top: 1px solid var(--line); background: var(--surface); padding: 10px; }
.suggestions > .empty { display: none; }
.suggestions:where(:not(:has(.card, .notices p))) { padding-block: 0; border-top: 0; }
.notices p { margin-bottom: 8px; padding: 6px 10px; border-radius: var(--radius); background: var(--warn-tint); color: var(--warn); font-size: 13px; }
.card { border: 1px solid var(--line); border-radius: var(--radius); background: var(--background); }
.card + .card { margin-top: 6px; }
.card.first { border-color: var(--accent); }
.card.withdrawn { opacity: .55; }
summary { list-style: none; }
summary::-webkit-details-marker { display: none; }
summary .icon { transition: transform .15s; color: var(--muted); }
details[open] > summary .icon { transform: rotate(180deg); }
.card > summary { display: grid; grid-template-columns: auto 1fr auto auto; align-items: baseline; gap: 0 8px; padding: 8px 12px; border-radius: var(--radius); }
.card > summary .icon { align-self: center; grid-area: 1 / 4 / span 2; }
.kind { color: var(--muted); }
.outcome { grid-column: 2; font-size: 12px; font-weight: 650; color: var(--good); }
.price { grid-area: 1 / 3; font-size: 13px; font-weight: 650; white-space: nowrap; }
.title { grid-area: 2 / 1 / auto / span 3; font-weight: 650; overflow-wrap: anywhere; }
.card.first .title { font-size: 18px; line-height: 1.25; }
.card.first .price { font-size: 15px; }
.body { display: grid; gap: 9px; padding: 0 12px 12px; }
.why { font-size: 13px; }
.why .lead { display: block; }
blockquote q { font-style: italic; }
.link { border: 0; background: none; min-height: 24px; padding: 2px 4px; margin: -2px -4px; color: var(--accent); text-decoration: underline; text-underline-offset: 2px; font-size: 13px; font-variant-numeric: tabular-nums; border-radius: 4px; }
.say { padding: 9px 11px; border-left: 3px solid var(--accent); background: var(--info-tint); border-radius: 0 var(--radius) var(--radius) 0; font-size: 15px; }
.say .bridge { color: var(--muted); }
.say .copy { display: block; margin-top: 4px; }
.fold > summary { display: flex; align-items: center; gap: 4px; font-size: 13px; font-weight: 600; }
.fold li, .fold dt, .fold dd { font-size: 13px; padding-left: 12px; }
.fold li { position: relative; }
.fold li::before { content: "?"; position: absolute; left: 0; color: var(--accent); font-weight: 700; }
.fold dt { color: var(--muted); margin-top: 3px; }
.decline { font-size: 13px; }
.decline .lead { margin-right: 6px; }
.answers { position: sticky; bottom: -10px; display: grid; grid-template-columns: repeat(3, 1fr); gap: 6px; margin: 0 -12px -12px; padding: 8px 12px 12px; border-radius: var(--radius); background: var(--background); }
.answers button { min-height: 32px; padding: 4px 6px; border: 1px solid var(--line); border-radius: 6px; background: var(--background); font-size: 13px; }
.answers button:disabled { opacity: .5; cursor: default; }
.answers button:enabled:hover { border-color: var(--accent); }
.answers [data-action="voiced"] { grid-column: span 2; border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
.answers [data-action="dismissed"] { grid-area: 1 / 3; border-color: transparent; color: var(--muted); }
.answers button[aria-pressed="true"] { border-color: var(--good); background: var(--good-tint); color: var(--good); font-weight: 650; }
.problem { color: var(--bad); font-size: 13px; }
.problem:empty { display: none; }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
`;
