// One work order: a send is pressed once, what was saved is said, the sheet is printed or copied.

import { copy } from "./copy.js";
import { keys } from "./keys.js";
import "./times.js";

const saved = document.getElementById("saved");
if (saved && new URLSearchParams(location.search).get("saved") === "yes") {
  saved.textContent = saved.dataset.saved;
  history.replaceState(null, "", location.pathname);
}

// A second press while the first is on its way changes nothing; after "back" the page is itself again.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && "once" in button.dataset) setTimeout(() => (button.disabled = true), 0);
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-once]")) button.disabled = false;
});

// What is typed and not saved is not lost by a wrong click.
const form = document.getElementById("order-form");
let typed = false;
form?.addEventListener("input", () => (typed = true));
document.addEventListener("submit", () => (typed = false));
addEventListener("beforeunload", (event) => typed && event.preventDefault());

const text = document.getElementById("copy-text");
const copyAll = () => (text ? copy(text.value) : false);
const printAll = () => (text ? print() : false);
document.querySelector("[data-copy-text]")?.addEventListener("click", copyAll);
document.querySelector("[data-print]")?.addEventListener("click", printAll);

const back = document.querySelector(".crumb a")?.href;
keys({ y: copyAll, p: printAll, u: () => location.assign(back) });
