/** The server's own page: finds the access token, or asks for it. */

const KEPT = "rightsell-token";
const panel = document.querySelector("rightsell-panel");
const form = document.querySelector("#entry");
const field = document.querySelector("#token");

/** A fragment never reaches the server; taken out of the address bar, it is not bookmarked either. */
function takeFromAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return;
  sessionStorage.setItem(KEPT, token);
  history.replaceState(null, "", location.pathname + location.search);
}

function connect() {
  const token = sessionStorage.getItem(KEPT);
  form.hidden = token !== null;
  if (token === null) field.focus();
  else panel.token = token;
}

function askAgain({ detail }) {
  if (detail.state !== "refused") return;
  sessionStorage.removeItem(KEPT);
  document.querySelector("#hint").textContent = detail.text;
  connect();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEPT, field.value.trim());
  field.value = "";
  connect();
});
panel.addEventListener("offers:status", askAgain);
window.addEventListener("hashchange", () => {
  takeFromAddress();
  connect();
});
takeFromAddress();
connect();
