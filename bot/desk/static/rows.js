// The pages of the rows: line numbers beside a text, a fault leads to its line, nothing typed is left behind unasked.

import { get } from "./wire.js";

const editor = document.querySelector(".editor textarea");

if (editor) {
  const gutter = document.createElement("div");
  gutter.className = "gutter";
  gutter.setAttribute("aria-hidden", "true");
  gutter.style.height = `${editor.offsetHeight}px`; // the text decides how high the box is
  editor.before(gutter);
  const faulty = new Set([...document.querySelectorAll("[data-line]")].map((link) => Number(link.dataset.line)));
  let shown = -1;
  const number = () => {
    const count = editor.value.split("\n").length;
    if (count !== shown) {
      shown = count;
      gutter.replaceChildren(
        ...Array.from({ length: count }, (_, place) => {
          const line = document.createElement(faulty.has(place + 1) ? "b" : "span");
          line.textContent = `${place + 1}\n`;
          return line;
        }),
      );
    }
    gutter.scrollTop = editor.scrollTop;
  };
  const go = (line) => {
    const lines = editor.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    editor.focus();
    editor.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
    editor.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(editor).lineHeight));
    number();
  };
  editor.addEventListener("input", number);
  editor.addEventListener("scroll", () => (gutter.scrollTop = editor.scrollTop));
  new ResizeObserver(() => (gutter.style.height = `${editor.offsetHeight}px`)).observe(editor);
  number();
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    go(Number(link.dataset.line));
  });
  const wanted = Number(new URLSearchParams(location.search).get("line"));
  if (wanted > 0) go(wanted);
}

// Typed and not saved: leaving asks once.
const kept = document.querySelector("form[data-kept]");
if (kept) {
  let typed = false;
  kept.addEventListener("input", () => (typed = true));
  kept.addEventListener("submit", () => (typed = false));
  addEventListener("beforeunload", (event) => typed && event.preventDefault());
}

for (const field of document.querySelectorAll("[data-find]")) {
  const rows = [...document.querySelectorAll(`${field.dataset.find} > li`)];
  const find = () => {
    const words = field.value.trim().toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(words);
  };
  field.addEventListener("input", find);
  find(); // typed before this script was there, or kept by the browser on the way back
}

// A preview on its way: the box is fetched anew until it is through.
const box = document.querySelector("[data-told]");
const follow = async () => {
  try {
    const answer = await get(box.dataset.told);
    box.innerHTML = answer.html;
    if (answer.running) setTimeout(follow, 1000);
  } catch {
    setTimeout(follow, 4000);
  }
};
if (box?.querySelector("progress")) setTimeout(follow, 600);
