// Reports: what cannot be undone is asked about once, what is typed and not saved is not lost, the paper is printed.

import { keys } from "./keys.js";

const form = document.getElementById("report-form");
let typed = false;
form?.addEventListener("input", () => (typed = true));
addEventListener("beforeunload", (event) => typed && event.preventDefault());

document.addEventListener("submit", (event) => {
  if (event.target === form) typed = false;
  else if (typed && !confirm("改过的字还没有存。先不存，继续吗？")) event.preventDefault();
  else typed = false;
});

form?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

const printing = document.querySelector("[data-print]");
printing?.addEventListener("click", () => print());
if (printing) {
  const back = document.querySelector(".crumb a").href;
  keys({ p: () => print(), u: () => location.assign(back) });
} else await import("./admin.js"); // the sheet for printing has no bar to ring in
