// The parts of a ticket page: replaced when they change, never under somebody's hands; what was revealed stays so.

import { unpressed } from "./press.js";

/** A telephone number is there to be called. */
const callable = (text) =>
  text.split(/(\+?\d[\d -]{5,}\d)/).map((piece, place) => {
    if (place % 2 === 0) return piece;
    const link = document.createElement("a");
    link.href = `tel:${piece.replace(/[ -]/g, "")}`;
    link.textContent = piece;
    return link;
  });

function copyButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.dataset.copy = "";
  button.textContent = "复制";
  return button;
}

const OPEN = "details[open], form.why:not([hidden])";

export class Parts {
  /** `arrived` hears of messages that came while the page was open. */
  constructor(arrived) {
    this.arrived = arrived;
    this.shown = new Map();
    this.waiting = new Map();
    this.slots = new Map(); // name → [mask, value]
    this.words = new Map(); // message id → text
    this.talk = document.getElementById("part-talk");
    this.talk.scrollTop = this.talk.scrollHeight;
    for (const kind of ["focusout", "toggle"]) {
      document.addEventListener(kind, () => setTimeout(() => this.#flush(), 0), true);
    }
  }

  /** What is open now: once the answer to an act is there, these are finished with, and nothing opened since. */
  opened() {
    return new Set(document.querySelectorAll(OPEN));
  }

  /** `done`: what was open when something was done here, if this is the answer to it. */
  apply(parts, done) {
    for (const [name, html] of Object.entries(parts)) {
      if (done && name !== "talk" && this.shown.get(name) !== html) this.#close(name, done);
      this.waiting.set(name, html);
    }
    this.#flush();
  }

  #box(name) {
    return document.getElementById(`part-${name}`);
  }

  #close(name, done) {
    const box = this.#box(name);
    for (const one of box.querySelectorAll(OPEN)) {
      if (!done.has(one)) continue;
      if (one.tagName === "DETAILS") one.open = false;
      else one.hidden = true;
    }
    const here = document.activeElement;
    if (box.contains(here) && !here.closest(OPEN)) here.blur();
  }

  #busy(box) {
    return box.querySelector(OPEN) || box.querySelector("input:focus, select:focus, textarea:focus");
  }

  #flush() {
    unpressed(() => this.#put());
  }

  #put() {
    for (const [name, html] of [...this.waiting]) {
      const box = this.#box(name);
      if (!box || this.shown.get(name) === html) this.waiting.delete(name);
      else if (!this.#busy(box)) {
        this.waiting.delete(name);
        this.shown.set(name, html);
        if (name === "talk") this.#renew(html);
        else this.#replace(box, html);
        this.#again();
      }
    }
  }

  /** Whoever stands in it with the keyboard goes on standing there: the same button, the same line that opens. */
  #replace(box, html) {
    const held = box.contains(document.activeElement) ? document.activeElement : null;
    box.innerHTML = html;
    if (!held) return;
    const words = held.textContent.trim();
    const same = (one) => one.textContent.trim() === words && one.getAttribute("name") === held.getAttribute("name");
    [...box.querySelectorAll(held.tagName)].find(same)?.focus({ preventScroll: true });
  }

  /** Messages by their id: one that has not changed is left alone, so that it is not read out twice. */
  #renew(html) {
    const box = document.createElement("template");
    box.innerHTML = html;
    const [list, fresh] = [this.talk.querySelector("ol"), box.content.querySelector("ol")];
    const atEnd = this.talk.scrollHeight - this.talk.scrollTop - this.talk.clientHeight < 60;
    const had = new Map([...list.children].map((one) => [one.dataset.id, one]));
    let before = null;
    const come = [];
    for (const one of [...fresh.children]) {
      const old = had.get(one.dataset.id);
      if (!old) {
        list.insertBefore(one, before ? before.nextSibling : list.firstChild);
        come.push(one);
      } else {
        for (const kind of [".shots", ".meta"]) {
          const [was, is] = [old.querySelector(kind), one.querySelector(kind)];
          if (was && is && was.innerHTML !== is.innerHTML) was.replaceWith(is);
        }
      }
      before = old ?? one;
    }
    const [button, newButton] = [this.talk.querySelector(".unmask"), box.content.querySelector(".unmask")];
    if (newButton && !button) this.talk.append(newButton);
    if (atEnd) this.talk.scrollTop = this.talk.scrollHeight;
    if (come.length) this.arrived(come);
  }

  reveal(field, answer) {
    if (field === "words") for (const [id, text] of Object.entries(answer.messages)) this.words.set(id, text);
    else {
      const name = field.slice(5);
      const mask = document.querySelector(`[data-slot="${name}"] .value`).textContent;
      this.slots.set(name, [mask, answer.value]);
    }
    this.#again();
  }

  /** What was shown once in this view is shown again after a part was replaced, unless it has changed since. */
  #again() {
    for (const [name, [mask, value]] of this.slots) {
      const slot = document.querySelector(`[data-slot="${name}"]`);
      const node = slot?.querySelector(".value");
      if (node?.textContent !== mask) continue;
      node.replaceChildren(...(name === "phone" ? callable(value) : [value]));
      slot.querySelector("[data-reveal]")?.replaceWith(copyButton());
      const field = slot.querySelector("form input");
      if (field) field.value = value;
    }
    for (const node of document.querySelectorAll("[data-masked]")) {
      const text = this.words.get(node.parentElement.dataset.id);
      if (text === undefined) continue;
      node.textContent = text;
      node.classList.remove("masked");
      delete node.dataset.masked;
    }
    for (const line of document.querySelectorAll(".unmask")) {
      line.hidden = !line.parentElement.querySelector("[data-masked]");
      line.firstElementChild.disabled = false;
    }
  }
}
