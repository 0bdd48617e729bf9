// The line to the desk: a WebSocket while there is one, asking and posting over HTTP while there is not.
// `send` may be called again with the same id after any failure: the desk hears an id once and repeats its answer.

const ANSWER_WAIT = 9000; // the desk answers within 3.5 s; then the same id goes once more, by POST
const POST_WAIT = 15000;
const POLL = 4000;
const POLL_HIDDEN = 20000;
const LONGEST_PAUSE = 20000;

export class Wire extends EventTarget {
  /** `after()` gives the id of the last message known to be complete: what came later is asked for. */
  constructor(account, after) {
    super();
    this.account = account;
    this.after = after;
    this.waiting = new Map();
    this.pause = 1000;
    this.socket = null;
    this.open = false;
    this.session = true;
    this.timer = 0;
    this.poller = 0;
  }

  start() {
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.say("state", "offline"));
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
    this.connect();
    this.pollSoon(3000);
  }

  say(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  hurry() {
    this.pause = 1000;
    if (this.socket === null) this.connect();
    this.pollSoon(0);
  }

  connect() {
    clearTimeout(this.timer);
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    let socket;
    try {
      socket = new WebSocket(`${scheme}//${location.host}/api/app/${encodeURIComponent(this.account)}/ws`);
    } catch {
      return; // a web view that forbids sockets: polling does it
    }
    this.socket = socket;
    socket.addEventListener("open", () => {
      this.open = true;
      this.pause = 1000;
      socket.send(JSON.stringify({ type: "resume", after: this.after() }));
      this.say("state", "online");
    });
    socket.addEventListener("message", (event) => this.heard(event.data));
    socket.addEventListener("close", () => this.lost(socket));
  }

  lost(socket) {
    if (this.socket !== socket) return;
    this.socket = null;
    this.open = false;
    for (const settle of this.waiting.values()) settle(null);
    this.say("state", navigator.onLine ? "connecting" : "offline");
    this.timer = setTimeout(() => this.connect(), this.pause * (0.7 + Math.random() * 0.6));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    this.pollSoon(500);
  }

  heard(data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    if (frame.type === "said") this.say("said", frame.messages ?? []);
    else if (frame.type === "replies") this.waiting.get(frame.for)?.(accepted(frame, frame.stored !== false));
    else if (frame.type === "error") this.waiting.get(frame.for)?.({ kind: "refused", words: frame.message ?? "" });
  }

  /** {kind: "accepted", replies} | {kind: "refused", words} | {kind: "later", replies}. Never rejects. */
  async send(message) {
    const body = { id: message.id, ...(message.choice ? { choice: message.choice } : { text: message.text }) };
    return (this.open && (await this.bySocket(body))) || this.byPost(body);
  }

  bySocket(body) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(null), ANSWER_WAIT);
      const settle = (result) => {
        clearTimeout(timer);
        this.waiting.delete(body.id);
        resolve(result);
      };
      this.waiting.set(body.id, settle);
      try {
        this.socket.send(JSON.stringify({ type: "message", ...body }));
      } catch {
        settle(null);
      }
    });
  }

  async byPost(body) {
    try {
      const response = await this.fetch("/chat/messages", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      const answer = await response.json().catch(() => ({}));
      if (response.ok && answer.accepted) return accepted(answer, true);
      if (response.status === 400 || response.status === 413) {
        return { kind: "refused", words: answer.error?.message ?? "" };
      }
      if (response.status === 403) this.noSession();
      return { kind: "later", replies: answer.replies ?? [] };
    } catch {
      return { kind: "later", replies: [] };
    }
  }

  noSession() {
    this.session = false;
    this.say("state", "session");
  }

  async fetch(path, options = {}) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), POST_WAIT);
    try {
      const headers = { "X-Requested-With": "bangnong", ...options.headers };
      return await fetch(path, { credentials: "same-origin", cache: "no-store", ...options, headers, signal: stop.signal });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Everything said, both ways, as the desk has it; null when it cannot be had now. */
  async history() {
    try {
      const response = await this.fetch("/chat/messages?own=1&after=");
      return response.ok ? (await response.json()).messages : null;
    } catch {
      return null;
    }
  }

  pollSoon(wait) {
    clearTimeout(this.poller);
    this.poller = setTimeout(() => this.poll(), wait);
  }

  async poll() {
    if (!this.open && this.session) {
      try {
        const response = await this.fetch(`/chat/messages?after=${encodeURIComponent(this.after())}`);
        if (response.ok) {
          const { messages } = await response.json();
          if (messages.length) this.say("said", messages);
          if (!this.open) this.say("state", "polling");
        } else if (response.status === 403) {
          this.noSession();
        }
      } catch {
        if (!this.open) this.say("state", navigator.onLine ? "connecting" : "offline");
      }
    }
    this.pollSoon(document.hidden ? POLL_HIDDEN : POLL);
  }
}

function accepted(answer, stored) {
  return { kind: stored ? "accepted" : "later", replies: answer.replies ?? [] };
}
