// The queue: rows come, change, move and go as the desk tells; the keyboard walks them.

import { acknowledge, alarming, refreshAlarm } from "./alarm.js";
import { keys } from "./keys.js";
import { Live } from "./live.js";
import "./pops.js";
import { unpressed } from "./press.js";
import "./times.js";
import { get, post, toast } from "./wire.js";

const page = document.getElementById("page");
const queue = document.getElementById("queue");
const pinned = document.getElementById("pinned");
const pinnedBox = document.getElementById("pinned-box");
const empty = document.getElementById("empty");
const filters = document.getElementById("filters");
const still = "still" in page.dataset; // a later page, the closed ones, a search: rows change but none come

const rows = () => [...document.querySelectorAll(".row")];
const rowOf = (number) => document.getElementById(`row-${number}`);

function build(html) {
  const box = document.createElement("template");
  box.innerHTML = html.trim();
  return box.content.firstElementChild;
}

function insert(list, row) {
  const after = [...list.children].find((one) => one.dataset.key > row.dataset.key);
  if (!after && list.dataset.full === "yes") return;
  list.insertBefore(row, after ?? null);
}

function apply({ number, place, key, html }) {
  const old = rowOf(number);
  const list = { pinned, queue }[place];
  if (!list) return old?.remove();
  const fresh = build(html);
  // News may tell what this page knows already: a row is not replaced under a hand for nothing.
  const known = old?.parentElement === list && old.dataset.key === key && old.dataset.version === fresh.dataset.version;
  if (known) return;
  const focused = old?.contains(document.activeElement);
  if (old && old.parentElement === list && old.dataset.key === key) old.replaceWith(fresh);
  else if (old || !still) {
    old?.remove();
    fresh.classList.add("fresh");
    insert(list, fresh);
  }
  if (focused) fresh.querySelector("a").focus({ preventScroll: true });
}

function tidy() {
  if (pinnedBox) pinnedBox.hidden = !pinned.childElementCount;
  empty.hidden = queue.childElementCount > 0;
}

function show(answer) {
  answer.rows.forEach(apply);
  for (const node of document.querySelectorAll("[data-tally]")) {
    node.textContent = answer.tally[node.dataset.tally] ?? 0;
  }
  tidy();
}

const wanted = new Set();
let fetching = false;

/** Only what changed is fetched, as it is now; what changes meanwhile is fetched next. */
async function refresh() {
  if (fetching) return;
  fetching = true;
  while (wanted.size) {
    const numbers = [...wanted].slice(0, 40);
    numbers.forEach((number) => wanted.delete(number));
    try {
      const query = new URLSearchParams(location.search);
      query.set("numbers", numbers.join(","));
      const answer = await get(`/desk/rows?${query}`);
      unpressed(() => show(answer));
    } catch {
      numbers.forEach((number) => wanted.add(number));
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
  fetching = false;
}

function onNews(news) {
  if (news.reload) return location.reload();
  for (const { number } of news.tickets) if (!still || rowOf(number)) wanted.add(number);
  refresh();
  if (alarming(news)) refreshAlarm();
}

new Live(page.dataset.mark, onNews).start();
refreshAlarm();

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-seen]");
  if (button) {
    button.disabled = true;
    acknowledge(button.dataset.seen, button.dataset.code).finally(() => (button.disabled = false));
  }
});

filters.addEventListener("change", (event) => event.target.matches("select") && filters.requestSubmit());
filters.addEventListener("submit", () => {
  for (const field of filters.elements) if (!field.value || field.value === "open") field.disabled = true;
});

const here = () => document.activeElement.closest?.(".row");

function walk(step) {
  const all = rows();
  const at = all.indexOf(here());
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  next?.querySelector("a").focus();
  next?.scrollIntoView({ block: "nearest" });
}

// On a phone the filters stand behind a button, unless one of them is chosen.
const more = document.getElementById("more-filters");
const unfold = (open) => {
  filters.classList.toggle("folded", !open);
  more.setAttribute("aria-expanded", String(open));
};
more.hidden = false;
more.addEventListener("click", () => unfold(filters.classList.contains("folded")));
unfold("chosen" in filters.dataset);

/** Taken from the list: the ticket opens once it is theirs; who was slower stays here and reads why. */
async function claim(number) {
  if (!number || !("acts" in page.dataset)) return;
  try {
    await post(`/desk/tickets/${number}/claim`, {}, { "X-Parts": "no" });
    location.assign(`/desk/tickets/${number}`);
  } catch (error) {
    toast(error.message);
  }
}

/** The desk picks: what it gives is theirs already when it opens. Two presses are one wish. */
let asking = false;
async function next() {
  if (asking || !("acts" in page.dataset)) return;
  asking = true;
  try {
    const { number } = await post("/desk/next");
    location.assign(`/desk/tickets/${number}`);
  } catch (error) {
    toast(error.message);
    asking = false;
  }
}
document.getElementById("next")?.addEventListener("submit", (event) => {
  event.preventDefault();
  next();
});

/** What an address of this page has a key for: a kept filter, away with the filters, keeping these. */
const follow = (event) => {
  const link = filters.querySelector(`a[data-key="${event.key}"]`);
  if (!link) return false;
  link.click();
};

keys({
  ...Object.fromEntries([..."0123456789s"].map((key) => [key, follow])),
  g: next,
  c: () => claim(here()?.dataset.number),
  j: () => walk(1),
  k: () => walk(-1),
  a: () => {
    const row = here()?.matches("[data-alert]") ? here() : null;
    return row ? acknowledge(row.dataset.number, row.dataset.code) : acknowledge();
  },
  "/": () => document.getElementById("q").select(),
});
