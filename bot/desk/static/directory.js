// The directory: what is typed is found at once; without this script the form finds it.

import "./admin.js";
import { get, toast } from "./wire.js";

const finder = document.getElementById("finder");
const field = document.getElementById("q");
const units = document.getElementById("units");
const found = document.getElementById("found");
const PAUSE = 150;

let timer = 0;
let asked = 0;

function address() {
  const query = new URLSearchParams(new FormData(finder));
  for (const [name, value] of [...query]) if (!value.trim()) query.delete(name);
  return `/desk/directory${query.size ? `?${query}` : ""}`;
}

/** The answer to the last question only: an older one may come later. */
async function look() {
  const mine = (asked += 1);
  const path = address();
  try {
    const answer = await get(path);
    if (mine !== asked) return;
    units.innerHTML = answer.html;
    found.textContent = answer.count ? `找到 ${answer.count} 家` : "没有找到";
    history.replaceState(null, "", path);
  } catch (error) {
    if (mine === asked) toast(error.message);
  }
}

function soon(event) {
  if (event.isComposing) return; // letters of a Chinese word that is not chosen yet
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
}
for (const kind of ["input", "compositionend"]) finder.addEventListener(kind, soon);
finder.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  look();
});

// From the field down to the units and along them.
document.addEventListener("keydown", (event) => {
  if (event.isComposing || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const rows = [...units.querySelectorAll(".lead a")];
  const at = rows.indexOf(document.activeElement);
  if (document.activeElement !== field && at < 0) return;
  event.preventDefault();
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  (next < 0 ? field : rows[Math.min(next, rows.length - 1)])?.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, textarea, select")) {
    event.preventDefault();
    field.select();
  }
});
