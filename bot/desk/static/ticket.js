// One ticket: its parts stay fresh, what is done goes to the desk, what is hidden is shown on request for this view.

import { acknowledge, alarming, refreshAlarm } from "./alarm.js";
import { Canned } from "./canned.js";
import "./claim.js";
import { copy } from "./copy.js";
import { keys } from "./keys.js";
import { Live } from "./live.js";
import { Parts } from "./parts.js";
import { Pictures } from "./picture.js";
import "./pops.js";
import { Presence } from "./presence.js";
import { Reply } from "./reply.js";
import { Talk } from "./talk.js";
import "./times.js";
import { get, post, toast } from "./wire.js";

const page = document.getElementById("page");
const { number, conversation } = page.dataset;
const base = `/desk/tickets/${number}`;
const RANKS = ["critical", "urgent", "soon", "normal"];

const parts = new Parts((lines) => talk.arrived(lines));
const form = document.getElementById("reply");
const reply = form && new Reply(form, page.dataset, act);
const talk = new Talk(parts.talk, page.dataset, reply);
const canned = reply && new Canned(document.getElementById("canned"), reply);
const presence = reply && new Presence(`${base}/here`, reply);
if (reply) {
  reply.put = () => talk.answered();
  new Pictures(reply, `${base}/picture`, (answer) => {
    acts += 1;
    take(answer);
  }, () => refresh());
}
document.getElementById("canned-open")?.addEventListener("click", () => canned.open());

// What was filled in and may not have arrived keeps its id: sent again it is kept once.
const unsure = new Map();

function once(name, fields) {
  const key = JSON.stringify([name, fields]);
  if (!unsure.has(key)) unsure.set(key, crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`);
  return [key, { ...fields, form: unsure.get(key) }];
}

/** Do something; the answer is the page as it is now. True when it was taken. */
async function act(name, fields, complain = toast) {
  const done = parts.opened();
  const [key, filled] = once(name, fields);
  try {
    const answer = await post(`${base}/${name}`, filled);
    unsure.delete(key);
    acts += 1;
    take(answer, done);
    return true;
  } catch (error) {
    complain(error.message);
    unheard = error.code === "heard";
    if (error.status === 409) refresh();
    return false;
  }
}

function take(answer, done = null) {
  parts.apply(answer.parts, done);
  // Whoever was told that there are new words reads them now: what they had filled in stands for the second press.
  if (unheard) for (const mark of document.querySelectorAll("input[name=heard]")) mark.value = answer.heard;
  unheard = false;
  reply?.room(answer);
}

let acts = 0;
let unheard = false;
let fetching = false;
let stale = false;

async function refresh() {
  stale = true;
  if (fetching) return;
  fetching = true;
  while (stale) {
    stale = false;
    const before = acts;
    try {
      const answer = await get(`${base}/parts`);
      if (acts === before) take(answer);
      else stale = true; // asked for before something was done here: it would show the time before
    } catch {
      // The line's own sign says it.
    }
  }
  fetching = false;
}

function onNews(news) {
  const near = (one) => one.number === number || document.querySelector(`:is(#part-others, #part-similar) [href$="${one.number}"]`);
  if (news.reload || news.resumed || news.said.includes(conversation) || news.tickets.some(near)) refresh();
  if (news.here?.includes(number)) presence?.look();
  if (alarming(news)) refreshAlarm();
}

new Live(0, onNews).start();
refreshAlarm();
setInterval(() => document.hidden || refresh(), 20000); // whether a message has arrived makes no news

document.addEventListener("submit", async (event) => {
  const shape = event.target;
  if (shape.dataset.act) {
    event.preventDefault();
    const name = shape.dataset.act;
    const fields = Object.fromEntries(new FormData(shape));
    // Not into the reply box: the next key would be sent to the resident.
    if (await act(name, fields)) document.getElementById("part-holder").focus();
  } else if (shape.dataset.slotForm) {
    event.preventDefault();
    correct(`slot:${shape.dataset.slotForm}`, shape.elements.value.value);
  } else if (shape.id === "note") {
    event.preventDefault();
    if (await act("note", { text: shape.elements.text.value })) shape.reset();
  } else if (shape.id === "why") {
    event.preventDefault();
    correct("urgency", shape.dataset.value, shape.elements.reason.value);
  }
});

document.getElementById("note-text")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

document.addEventListener("reset", (event) => {
  if (event.target.id === "why") event.target.hidden = true;
});

/** One click; lowering the urgency asks why first. */
async function correct(field, value, reason = "") {
  const now = document.querySelector('[data-correct=urgency][aria-pressed="true"]')?.dataset.value;
  if (field === "urgency" && value === now) return;
  const why = document.getElementById("why");
  if (field === "urgency" && !reason && RANKS.indexOf(value) > RANKS.indexOf(now)) {
    why.hidden = false;
    why.dataset.value = value;
    document.getElementById("why-level").textContent = `“${wordOf(value)}”`;
    why.elements.reason.focus();
  } else if (!(await act("correct", { field, value, reason, heard: why?.elements.heard.value ?? "" }))) {
    for (const option of document.querySelectorAll("select[data-correct] option")) option.selected = option.defaultSelected;
  }
}

const wordOf = (value) => document.querySelector(`[data-correct=urgency][data-value="${value}"]`).textContent;

// Some endings have no sentence for the resident: then there is nothing to tell.
document.addEventListener("change", ({ target }) => {
  if (target.name !== "outcome") return;
  const { tell } = target.form.elements;
  tell.disabled = "quiet" in target.dataset;
  tell.checked = !tell.disabled;
});

document.addEventListener("change", (event) => {
  const select = event.target.closest("select[data-correct]");
  if (select?.value) correct(select.dataset.correct, select.value);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { seen, code, reveal, copy: copied, renew, correct: field, value } = button.dataset;
  if (seen) acknowledge(seen, code).then(refresh);
  else if (reveal) show(reveal, button);
  else if (copied !== undefined) copy(button.parentElement.querySelector(".value").textContent);
  else if (renew !== undefined) act("claim", {});
  else if (field) correct(field, value);
});

async function show(field, button) {
  button.disabled = true;
  try {
    parts.reveal(field, await post(`${base}/reveal`, { field }));
  } catch (error) {
    button.disabled = false;
    toast(error.message);
  }
}

keys({
  a: () => {
    const { seen, code } = document.querySelector("#part-head [data-seen]")?.dataset ?? {};
    return acknowledge(seen, code).then(refresh);
  },
  n: () => talk.jump(),
  c: () => document.getElementById("claim")?.click(),
  r: () => reply?.focus(),
  t: () => canned?.open(),
  m: () => document.getElementById("note-text")?.focus(),
  u: () => location.assign("/desk"),
});
