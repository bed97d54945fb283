/** Small helpers to build and renew the page. Strings become text nodes, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element.
 * @param {string} tag
 * @param {Object<string, string|boolean|Function>} attributes functions become event listeners
 * @param {...(Node|string|null)} children strings are set as text
 */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

/** Make a 16 × 16 line drawing from an SVG path; decorative, so hidden from screen readers. */
export function icon(path) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 16 16");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  drawing.append(line);
  return drawing;
}

/** Set an element's text, touching it only when it differs, so that live regions do not repeat themselves. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Make the children of `parent` mirror `items`, keeping the nodes of those that stay: what has the
 * focus or is pointed at is not replaced.
 * @param {(item) => string} key unique among the items
 * @param {(item) => Element} create
 * @param {(node: Element, item) => void} update
 */
export function mirror(parent, items, key, create, update = () => {}) {
  const left = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let next = parent.firstElementChild;
  for (const item of items) {
    const node = left.get(key(item)) ?? create(item);
    node.dataset.key = key(item);
    left.delete(node.dataset.key);
    if (node === next) next = next.nextElementSibling;
    else parent.insertBefore(node, next);
    update(node, item);
  }
  for (const node of left.values()) node.remove();
}
