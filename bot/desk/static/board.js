// The board keeps itself fresh without taking the page from under anybody; the tally's sentence is copied in one press.

import "./admin.js";
import { copy } from "./copy.js";
import { get, toast } from "./wire.js";

const EVERY = 30000;
const board = document.getElementById("board");
let asking = false;

async function refresh() {
  const busy = board.contains(document.activeElement) || !getSelection().isCollapsed;
  if (asking || busy || document.hidden) return;
  asking = true;
  try {
    const { html } = await get(`/desk/board/parts?range=${board.dataset.range}`);
    const open = [...board.querySelectorAll("details[open]")].map(({ id }) => id);
    board.innerHTML = html;
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  } catch (error) {
    if (error.status === 401) toast(error.message);
  } finally {
    asking = false;
  }
}

if (board) {
  setInterval(refresh, EVERY);
  document.addEventListener("visibilitychange", refresh);
}

for (const [id, act] of [
  ["copy", (button) => copy(document.getElementById(button.dataset.from).textContent)],
  ["print", () => print()],
]) {
  const button = document.getElementById(id);
  if (!button) continue;
  button.hidden = false;
  button.addEventListener("click", () => act(button));
}
