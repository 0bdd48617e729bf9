// Colleagues on the same ticket: who looks, who writes. Said to the desk every fifteen seconds, and when it changes.

import { post } from "./wire.js";

const BEAT = 15000;
const PAUSE = 4000; // without a key for so long, somebody is no longer writing

export class Presence {
  constructor(path, reply) {
    this.path = path;
    this.box = document.getElementById("here");
    this.state = "";
    reply.text.addEventListener("input", () => {
      this.#be("writing");
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.#be("reading"), PAUSE);
    });
    setInterval(() => document.hidden || this.look(), BEAT);
    document.addEventListener("visibilitychange", () => this.#be(document.hidden ? "gone" : "reading"));
    addEventListener("pagehide", () => this.#be("gone"));
    if (!document.hidden) this.#be("reading");
  }

  #be(state) {
    if (state === this.state) return;
    this.state = state;
    this.look();
  }

  async look() {
    try {
      this.#show((await post(this.path, { state: this.state || "reading" }, {}, { keepalive: true })).others);
    } catch {
      this.#show([]); // the line's own sign says it
    }
  }

  #show(others) {
    const words = others.map(({ name, writing }) => (writing ? `${name}正在写回复` : `${name}也在看`)).join("，");
    if (this.box.textContent !== words) this.box.textContent = words;
    this.box.hidden = !words;
    this.box.classList.toggle("writing", others.some((one) => one.writing));
  }
}
