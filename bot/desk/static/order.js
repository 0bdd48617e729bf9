// One work order: a send is pressed once, what was saved is said, the sheet is printed or copied.

import { copy } from "./copy.js";
import { keys } from "./keys.js";
import { Live } from "./live.js";
import "./pops.js";
import "./times.js";
import { get } from "./wire.js";

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
document.addEventListener("input", () => (typed = true));
document.addEventListener("submit", () => (typed = false));
addEventListener("beforeunload", (event) => form && typed && event.preventDefault());

// News of this order: the page is loaded anew, unless somebody is writing in it; then it is only said. The ticket's own
// section is asked first, since it is masked: looking at it leaves no line in the audit.
const { ticket } = document.getElementById("page").dataset;
const section = async () => (await get(`/desk/tickets/${ticket}/parts`)).parts.orders;
const settled = (html) => html.replace(/(还有|超时) [^<]*/g, ""); // clocks walk by themselves

async function watch() {
  const { refreshAlarm } = await import("./alarm.js"); // the sheet for printing has no bar to ring in
  refreshAlarm();
  const before = settled(await section());
  new Live(0, async (news) => {
    if (!news.reload && !news.resumed && !news.tickets.some((one) => one.number === ticket)) return;
    try {
      if (settled(await section()) === before) return;
      if (form || typed) document.getElementById("fresh").hidden = false;
      else location.reload();
    } catch {
      // The line's own sign says it.
    }
  }).start();
}
if (ticket) watch().catch(() => {});

const text = document.getElementById("copy-text");
const copyAll = () => (text ? copy(text.value) : false);
const printAll = () => (text ? print() : false);
document.querySelector("[data-copy-text]")?.addEventListener("click", copyAll);
document.querySelector("[data-print]")?.addEventListener("click", printAll);

const back = document.querySelector(".crumb a")?.href;
keys({ y: copyAll, p: printAll, u: () => location.assign(back) });
