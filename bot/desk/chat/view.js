// The page's list of messages: each id once, in the desk's order, with days, delivery marks and numbers one can tap.

import { filesOf } from "./media.js";

const NAMES = { me: "我", bot: "帮侬忙", reporter: "记者" };
const MARKS = {
  sending: "发送中…",
  delivered: "已送达",
  waiting: "等网络恢复，会自动发出",
  unstored: "对方系统忙，会自动再发",
  refused: "没有发出",
};
const LINKS = /(https?:\/\/[^\s，。；！？、）》”]+)|(?<![\w-])(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|400-?\d{3}-?\d{4}|12345|12320|12355|12315|12110|962525|120|110|119)(?![\w-])/g;
const BY_TEXT = "12110"; // the police by text message: no call reaches it

export class View {
  constructor(root = document) {
    this.list = root.querySelector("#messages");
    this.scroller = root.querySelector("#scroll");
    this.newer = root.querySelector("#newer");
    this.template = root.querySelector("#message");
    this.welcome = root.querySelector("#welcome");
    this.byId = new Map();
    this.adopt();
    this.newer.addEventListener("click", () => this.toEnd());
    this.scroller.addEventListener("scroll", () => this.atEnd() && (this.newer.hidden = true), { passive: true });
  }

  /** The messages the server wrote into the page: local times, links. */
  adopt() {
    for (const item of this.list.querySelectorAll(".message")) {
      this.byId.set(item.dataset.id, item);
      this.dress(item, item.querySelector(".bubble").textContent, item.querySelector("time").dateTime);
    }
    this.days();
  }

  /** Whether it was new. A message already here stays as it is. */
  add({ id, author, text, at, media }) {
    if (this.byId.has(id)) return false;
    const follow = author === "me" || this.atEnd();
    const item = this.template.content.firstElementChild.cloneNode(true);
    item.dataset.id = id;
    item.dataset.author = author;
    item.classList.add(author);
    item.querySelector(".who").textContent = NAMES[author] ?? NAMES.bot;
    this.dress(item, text || (media?.length ? "" : "［图片、语音或位置］"), at ?? new Date().toISOString());
    this.attach(item, media, follow);
    this.list.insertBefore(item, this.place(id));
    this.byId.set(id, item);
    this.welcome.hidden = true;
    this.days();
    if (follow) this.toEnd();
    else this.newer.hidden = false;
    return true;
  }

  /** What the desk has replaces all that is here; messages still to be sent are put back by the caller. */
  replace(messages) {
    const log = this.list.parentElement;
    log.setAttribute("aria-live", "off"); // known words, not to be read out again
    this.list.replaceChildren();
    this.byId.clear();
    for (const message of messages) this.add(message);
    requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
  }

  /** Pictures under the words; the bubble goes when there are no words. */
  attach(item, media, follow = false) {
    const nodes = filesOf(media, item.dataset.author === "me", () => follow && this.toEnd());
    if (!nodes.length) return;
    const box = document.createElement("div");
    box.className = "files";
    box.append(...nodes);
    const bubble = item.querySelector(".bubble");
    bubble.after(box);
    bubble.hidden = !bubble.textContent;
  }

  dress(item, text, at) {
    const bubble = item.querySelector(".bubble");
    bubble.replaceChildren(...(item.dataset.author === "me" ? [text] : linked(text)));
    const time = item.querySelector("time");
    const moment = new Date(at);
    if (Number.isNaN(moment.getTime())) return;
    time.dateTime = moment.toISOString();
    time.textContent = moment.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
  }

  /** The item before which a message of the desk goes: an answer may overtake what a reporter said before it. */
  place(id) {
    const number = order(id);
    if (number === null) return null;
    for (const item of this.list.querySelectorAll(".message")) {
      const other = order(item.dataset.id);
      if (other !== null && (other[0] - number[0] || other[1] - number[1]) > 0) return item;
    }
    return null;
  }

  mark(id, state, words = "", action = null) {
    const span = this.byId.get(id)?.querySelector(".mark");
    if (!span) return;
    span.dataset.mark = state;
    span.textContent = MARKS[state] + (words ? (state === "sending" ? words : `：${words}`) : "");
    if (!action) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.addEventListener("click", action.run);
    span.append(" ", button);
  }

  remove(id) {
    this.byId.get(id)?.remove();
    this.byId.delete(id);
    this.days();
  }

  /** A line above the first message of each day. */
  days() {
    for (const line of this.list.querySelectorAll(".day")) line.remove();
    let last = new Date().toDateString(); // today's messages need no line unless an older day is above them
    let older = false;
    for (const item of this.list.querySelectorAll(".message")) {
      const moment = new Date(item.querySelector("time").dateTime);
      const day = moment.toDateString();
      if (day === last) continue;
      older = older || day !== new Date().toDateString();
      last = day;
      if (!older) continue;
      const line = document.createElement("li");
      line.className = "day";
      line.textContent = dayName(moment);
      item.before(line);
    }
  }

  atEnd() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 80;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.newer.hidden = true;
  }
}

/** [turn, position] of the desk's ids ("12.1"); null for our own. */
export function order(id) {
  const parts = /^(\d+)\.(\d+)$/.exec(id);
  return parts && [Number(parts[1]), Number(parts[2])];
}

function dayName(moment) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(moment).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return "今天";
  if (days === 1) return "昨天";
  return moment.toLocaleDateString("zh-CN", { month: "long", day: "numeric", weekday: "short" });
}

/** Text and links as nodes: nothing a message says is ever read as HTML. */
function linked(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(LINKS)) {
    const link = document.createElement("a");
    link.textContent = found[0];
    link.href = found[1] ?? `${found[2] === BY_TEXT ? "sms" : "tel"}:${found[2].replaceAll("-", "")}`;
    if (found[1]) {
      link.target = "_blank";
      link.rel = "noopener noreferrer";
    }
    nodes.push(text.slice(end, found.index), link);
    end = found.index + found[0].length;
  }
  return [...nodes, text.slice(end)];
}
