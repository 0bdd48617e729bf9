// News from the desk. One stream a browser however many tabs are open (a browser allows six connections to a site);
// the tab that holds the lock listens and tells the others. Where no stream gets through, it asks every ten seconds.

import { get } from "./wire.js";

const SILENT = 28000; // the server beats every ten seconds
const POLL = 10000;
const WORDS = {
  connecting: "正在连接",
  live: "实时",
  down: "连接断开，正在重连",
  out: "登录已过期，请刷新",
};

export class Live {
  /** `onNews({tickets, said, reload, resumed})`. */
  constructor(mark, onNews) {
    this.mark = Number(mark) || 0;
    this.onNews = onNews;
    this.box = document.getElementById("live");
    this.words = this.box.querySelector(".live-words");
    this.heard = 0;
    this.polled = Date.now();
    this.pause = 1000;
    this.leads = !(navigator.locks && "BroadcastChannel" in window);
  }

  start() {
    if (this.leads) this.#open();
    else {
      this.channel = new BroadcastChannel("bangnong-desk");
      this.channel.onmessage = ({ data }) => this.#fromAnotherTab(data);
      navigator.locks.request("bangnong-desk", () => {
        this.leads = true;
        this.#open();
        return new Promise(() => {});
      });
      this.channel.postMessage({ kind: "ask" });
    }
    setInterval(() => this.#check(), 1000);
    addEventListener("offline", () => this.#lost());
    addEventListener("online", () => this.leads && this.#open());
    document.addEventListener("visibilitychange", () => document.hidden || this.#check());
    addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  #open() {
    this.source?.close();
    clearTimeout(this.again);
    const source = new EventSource(`/desk/events${this.mark ? `?after=${this.mark}` : ""}`);
    this.source = source;
    this.opened = Date.now();
    source.addEventListener("news", (event) => {
      const fresh = this.state !== "live";
      this.pause = 1000;
      this.#news({ ...JSON.parse(event.data), resumed: fresh });
    });
    source.addEventListener("beat", () => this.#alive());
    source.onerror = () => this.#lost();
  }

  #alive(tell = true) {
    this.heard = Date.now();
    this.#show("live");
    if (tell && this.leads) this.channel?.postMessage({ kind: "beat", mark: this.mark });
  }

  #news(news) {
    this.mark = Math.max(this.mark, news.mark);
    this.#alive(false);
    if (this.leads) this.channel?.postMessage({ kind: "news", news });
    this.onNews(news);
  }

  #fromAnotherTab(data) {
    if (data.kind === "ask") {
      if (this.leads && this.state === "live") this.channel.postMessage({ kind: "beat", mark: this.mark });
    } else if (!this.leads) {
      const behind = data.kind === "beat" && this.mark && data.mark > this.mark;
      this.#alive(false);
      if (data.kind === "news") this.#news(data.news);
      else if (behind || !this.mark) this.#ask();
    }
  }

  #lost() {
    this.source?.close();
    this.heard = 0;
    if (this.state !== "out") this.#show("down");
    clearTimeout(this.again);
    if (!this.leads) return;
    this.again = setTimeout(() => navigator.onLine !== false && this.#open(), this.pause);
    this.pause = Math.min(this.pause * 2, POLL);
  }

  #check() {
    const now = Date.now();
    if (this.heard && now - this.heard > SILENT) this.#lost();
    if (this.state === "connecting" && this.opened && now - this.opened > POLL) this.#lost();
    if (this.state !== "live" && now - this.polled > POLL && navigator.onLine !== false) this.#ask();
  }

  /** The same news without a stream. */
  async #ask() {
    this.polled = Date.now();
    try {
      const news = await get(`/desk/changes?after=${this.mark || ""}`);
      this.mark = Math.max(this.mark, news.mark);
      this.onNews({ ...news, resumed: true });
    } catch (error) {
      if (error.status === 401) this.#show("out");
    }
  }

  #show(state) {
    if (state === this.state) return;
    this.state = state;
    this.box.dataset.state = state;
    this.words.textContent = WORDS[state];
  }
}
