// Labelling with the keyboard alone, and a training that tells how far it is.

import { alarming, refreshAlarm } from "./alarm.js";
import { keys } from "./keys.js";
import { Live } from "./live.js";
import { get } from "./wire.js";

const form = document.getElementById("label");
const find = document.getElementById("find");

function labelling() {
  const table = {
    s: () => document.getElementById("skip").click(),
    Enter: (event) => (event.target.closest("button, a, summary") ? false : form.querySelector(".ends .strong").click()),
    "/": () => find.focus(),
    "-": strikeChosen,
  };
  for (const field of form.querySelectorAll("[data-key]")) {
    const key = field.dataset.key;
    if (!key) continue;
    table[key] = () => {
      if (field.type === "checkbox") field.checked = !field.checked;
      else field.checked = true;
    };
  }
  show();
  return table;
}

const text = document.getElementById("said");
const strike = document.getElementById("strike");
const original = text?.textContent ?? "";

function strikeChosen() {
  const word = String(getSelection()).trim();
  if (!word || /\s/.test(word) || !original.includes(word)) return false;
  strike.value = `${strike.value} ${word}`.trim();
  getSelection().removeAllRanges();
  show();
  return true;
}

/** The struck words as they will be: crossed out. */
function show() {
  if (!text) return;
  const words = strike.value.split(/\s+/).filter(Boolean).sort((a, b) => b.length - a.length);
  text.replaceChildren();
  let rest = original;
  while (rest) {
    const next = words.map((word) => [rest.indexOf(word), word]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0])[0];
    if (!next) break;
    const mark = document.createElement("mark");
    mark.textContent = next[1];
    text.append(rest.slice(0, next[0]), mark);
    rest = rest.slice(next[0] + next[1].length);
  }
  text.append(rest);
}
strike?.addEventListener("input", show);

if (form) {
  // Choices are driven by the page's own keys, so a focused choice passes them on.
  form.addEventListener("keydown", (event) => {
    const choice = event.target.matches("[type=radio], [type=checkbox]");
    if (!choice || event.ctrlKey || event.metaKey || event.altKey || ["Tab", " "].includes(event.key)) return;
    if (event.key.startsWith("Arrow")) return;
    event.target.blur();
    event.preventDefault();
    event.stopPropagation();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, shiftKey: event.shiftKey, bubbles: true }));
  });
  const labels = [...form.querySelectorAll("[data-title]")];
  find.addEventListener("input", () => {
    const words = find.value.trim().toLowerCase();
    for (const one of labels) one.hidden = !one.dataset.title.toLowerCase().includes(words);
  });
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const first = labels.find((one) => !one.hidden);
    if (first && find.value.trim()) first.querySelector("[type=radio]").checked = true;
    find.value = "";
    find.dispatchEvent(new Event("input"));
    find.blur();
  });
  strike.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      strike.blur();
    }
  });
  form.addEventListener("submit", (event) => {
    const saving = event.submitter?.id !== "skip";
    const missing = ["urgency", "intent"].find((name) => !form.querySelector(`[name=${name}]:checked`));
    if (!saving || !missing) return;
    event.preventDefault();
    const toast = document.getElementById("toast");
    toast.textContent = missing === "intent" ? "还没有选事由。" : "还没有选缓急。";
    toast.hidden = false;
    setTimeout(() => (toast.hidden = true), 4000);
  });
}

if (document.getElementById("undo")) {
  // On this page letters are labels: the other keys of the desk rest, its alarm does not.
  new Live(0, (news) => alarming(news) && refreshAlarm()).start();
  refreshAlarm();
  const table = { u: () => document.querySelector("#undo button").click() };
  if (form) Object.assign(table, labelling());
  keys(table);
  document.body.dataset.keys = "yes"; // from here on they are heard
}

// A training on its way: the box is fetched anew until it is through.
const box = document.querySelector("[data-training]");
const stop = document.getElementById("trainingstop");
const follow = async () => {
  try {
    const answer = await get(box.dataset.training);
    box.innerHTML = answer.html;
    stop.hidden = !answer.running;
    if (answer.running) setTimeout(follow, 1000);
  } catch {
    setTimeout(follow, 4000);
  }
};
if (box?.querySelector("progress")) setTimeout(follow, 600);
