// The chat page: what is typed is kept, sent in order, and sent again with the same id until the desk has it.

import { Uploads } from "./media.js";
import { Store, newId } from "./store.js";
import { View, order } from "./view.js";
import { Wire } from "./wire.js";

const LONGEST_PAUSE = 30000;
const STATES = {
  online: ["市民求助台", false],
  polling: ["市民求助台", false],
  connecting: ["正在连接…消息会自动发出", true],
  offline: ["没有网络，恢复后就发出", true],
  session: ["页面已过期，请刷新（没发出的消息会保留）", true],
};

const account = document.body.dataset.account;
const [form, text, hint, state, larger, thinking, starters] = [
  "composer", "text", "hint", "state", "larger", "thinking", "starters",
].map((id) => document.getElementById(id));

const store = new Store(account);
const view = new View();
const wire = new Wire(account, () => complete);
new Uploads(view, show);

// Up to here nothing is missing. Answers to our own messages do not move it: something said earlier by a reporter may
// still be on its way, and would be lost if the line broke then. What comes twice is shown once.
let complete = [...view.byId.keys()].filter(order).at(-1) ?? "";
let pumping = false;
let wake = () => {};
const restored = new Set(); // ids kept by an earlier visit
let unsettled = false;
let unfetched = "shell" in document.body.dataset; // opened without a network: what was said before is still to come
let unread = 0;

function moveOn(messages) {
  for (const { id } of messages) {
    const [now, then] = [order(id), order(complete)];
    if (now && (!then || (now[0] - then[0] || now[1] - then[1]) > 0)) complete = id;
  }
}

function show(messages) {
  for (const message of messages) {
    const isNew = view.add({ author: "bot", ...message });
    if (isNew && document.hidden && message.author !== "me") unread += 1;
  }
  document.title = unread ? `（${unread}）帮侬忙有新消息` : "帮侬忙 · 市民求助";
}

function showUnsent(message) {
  view.add({ id: message.id, author: "me", text: message.text, at: new Date(message.at).toISOString() });
  if (message.refused === undefined) view.mark(message.id, navigator.onLine ? "sending" : "waiting");
  else view.mark(message.id, "refused", message.refused, { label: "改一改再发", run: () => takeBack(message) });
}

function takeBack(message) {
  store.forget(message.id);
  view.remove(message.id);
  text.value = [text.value, message.text].filter(Boolean).join("\n");
  drafted();
  text.focus();
}

/** Sends what is kept, one after the other, so that the desk hears it in the order it was written. */
async function pump() {
  if (pumping) return wake();
  pumping = true;
  let pause = 1000;
  for (let next; (next = unsent()[0]); ) {
    view.mark(next.id, "sending");
    const slow = setTimeout(() => (thinking.hidden = false), 500);
    const result = await wire.send(next);
    clearTimeout(slow);
    thinking.hidden = true;
    show(result.replies ?? []);
    if (result.kind === "accepted") {
      delivered(next);
      pause = 1000;
    } else if (result.kind === "refused") {
      next.refused = result.words;
      keep(next);
      showUnsent(next);
    } else {
      view.mark(next.id, result.replies.length ? "unstored" : "waiting");
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, pause);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = () => {};
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }
  pumping = false;
  if (unsettled && restored.size === 0) await refresh();
}

// Kept in memory too: a full or forbidden storage must not swallow what was typed.
const inMemory = new Map();

function keep(message) {
  inMemory.set(message.id, message);
  store.keep(message);
}

function unsent() {
  return [...inMemory.values()].filter((message) => message.refused === undefined).sort((a, b) => a.at - b.at);
}

function delivered(message) {
  inMemory.delete(message.id);
  store.forget(message.id);
  view.mark(message.id, "delivered");
  unsettled = restored.delete(message.id) || unsettled;
}

/** A message of an earlier visit may stand in the desk's history already: the desk's list settles it. */
async function refresh() {
  unsettled = false;
  const messages = await wire.history();
  if (!messages) return;
  unfetched = false;
  document.getElementById("kept")?.remove();
  view.replace(messages);
  moveOn(messages);
  for (const message of inMemory.values()) showUnsent(message);
}

function send() {
  const words = text.value.trim();
  if (!words) return;
  post({ id: newId(), text: words, at: Date.now() });
  text.value = "";
  drafted();
}

function post(message) {
  keep(message);
  showUnsent(message);
  pump();
}

function drafted() {
  store.write("draft", text.value);
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
  const left = text.maxLength - text.value.length;
  hint.classList.toggle("full", left < 300);
  hint.textContent = left < 300 ? `还可以写 ${left} 个字` : "回车发送，Shift + 回车换行";
}

function setLarger(on) {
  document.documentElement.classList.toggle("larger", on);
  larger.setAttribute("aria-pressed", String(on));
  store.write("larger", on ? "1" : "");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
  text.focus();
});
text.addEventListener("keydown", (event) => {
  // While an input method is composing, Enter picks a word (229 is how Safari says so).
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  send();
});
text.addEventListener("input", drafted);
larger.addEventListener("click", () => setLarger(larger.getAttribute("aria-pressed") !== "true"));
starters.addEventListener("submit", (event) => {
  event.preventDefault();
  const chip = event.submitter;
  post({ id: newId(), text: chip.textContent, choice: chip.value, at: Date.now() });
  text.focus();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unread = 0;
  show([]);
});
wire.addEventListener("said", (event) => {
  show(event.detail);
  moveOn(event.detail);
});
wire.addEventListener("state", (event) => {
  const [words, trouble] = STATES[event.detail];
  state.textContent = words;
  state.classList.toggle("trouble", trouble);
  if (event.detail === "online") wake();
  if (unfetched && ["online", "polling"].includes(event.detail)) refresh();
});
addEventListener("online", () => wake());

larger.hidden = false;
setLarger(store.read("larger") === "1");
text.value = store.read("draft") ?? "";
drafted();
for (const message of store.outgoing()) {
  inMemory.set(message.id, message);
  if (message.refused === undefined) restored.add(message.id);
  showUnsent(message);
}
view.toEnd();
wire.start();
pump();
navigator.serviceWorker?.register("/chat/worker.js", { scope: "/chat" }).catch(() => {}); // without one it works online
