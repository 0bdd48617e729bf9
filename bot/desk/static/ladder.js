// The list of supervision: fresh whenever the desk tells of a ticket, walked by keyboard, left alone under somebody's hands.

import { alarming, refreshAlarm } from "./alarm.js";
import { keys } from "./keys.js";
import { Live } from "./live.js";
import "./pops.js";
import "./times.js";
import { get } from "./wire.js";

const page = document.getElementById("page");
const list = document.getElementById("list");
const here = () => document.activeElement.closest?.(".row");
let shown = "";
let asking = false;

async function refresh() {
  if (asking || (list.contains(document.activeElement) && document.activeElement.matches("button"))) return;
  asking = true;
  try {
    const { html } = await get(`/desk/supervision/rows${location.search}`);
    if (html !== shown) {
      const focused = here()?.id;
      list.innerHTML = html;
      shown = html;
      if (focused) document.getElementById(focused)?.querySelector("a").focus({ preventScroll: true });
    }
  } catch {
    // The line's own sign says it.
  } finally {
    asking = false;
  }
}

new Live(page.dataset.mark, (news) => {
  if (news.reload || news.resumed || news.tickets.length) refresh();
  if (alarming(news)) refreshAlarm();
}).start();
refreshAlarm();
setInterval(() => document.hidden || refresh(), 20000); // a clock that runs out makes no news

function walk(step) {
  const all = [...document.querySelectorAll(".row")];
  const at = all.indexOf(here());
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  next?.querySelector("a").focus();
  next?.scrollIntoView({ block: "nearest" });
}

keys({ j: () => walk(1), k: () => walk(-1), u: () => location.assign("/desk") });
