// The conversation on a ticket: where this person's last look ended, and what came while they were writing.

const parted = (id) => id.split(".").map(Number);
const later = (one, other) => {
  const [[a, b], [c, d]] = [parted(one), parted(other)];
  return a > c || (a === c && b > d);
};

export class Talk {
  /** `reply` may be null: auditors only read. */
  constructor(box, { login, number }, reply) {
    this.box = box;
    this.reply = reply;
    this.key = `bangnong:seen:${login}:${number}`;
    this.pill = document.getElementById("unread");
    this.alarm = document.getElementById("alarm");
    this.crossed = document.getElementById("crossed");
    this.unread = [];
    const seen = this.#load();
    if (seen) this.#mark(this.#fromContact([...this.#lines()].filter((line) => later(line.dataset.id, seen))));
    if (this.unread.length) this.jump(false);
    this.pill.addEventListener("click", () => this.jump());
    for (const [where, kind] of [[box, "scroll"], [window, "scroll"], [document, "visibilitychange"]]) {
      where.addEventListener(kind, () => this.#look(), { passive: true });
    }
    this.#look();
  }

  #lines() {
    return this.box.querySelectorAll(".said");
  }

  #fromContact(lines) {
    return lines.filter((line) => line.classList.contains("contact"));
  }

  #load() {
    try {
      return localStorage.getItem(this.key);
    } catch {
      return null;
    }
  }

  /** One line across the conversation, above the first message not seen yet. */
  #mark(lines) {
    if (!lines.length) return;
    if (!this.unread.length) {
      this.box.querySelector(".newmark")?.remove();
      const mark = document.createElement("p");
      mark.className = "newmark";
      mark.textContent = "以下是您上次看过之后的";
      lines[0].prepend(mark);
    }
    this.unread.push(...lines);
  }

  /** Messages that came while the page was open. */
  arrived(lines) {
    const told = this.#fromContact(lines);
    if (!told.length) return this.#look();
    this.#mark(told);
    if (this.reply?.writing) {
      const words = told.at(-1).querySelector(".bubble").textContent;
      this.crossed.textContent = `您写的时候，居民又说：“${[...words].slice(0, 60).join("")}${[...words].length > 60 ? "…" : ""}”`;
      this.crossed.hidden = false;
    }
    this.#look();
  }

  /** What was written is out, or put away: nothing crosses it any more. */
  answered() {
    this.crossed.hidden = true;
  }

  /** Whether a line is read when somebody looks: its last words are in the box and on the screen. */
  #inSight(line) {
    if (document.hidden) return false;
    const [{ bottom }, box] = [line.getBoundingClientRect(), this.box.getBoundingClientRect()];
    const bar = getComputedStyle(this.alarm).position === "fixed" ? this.alarm.offsetHeight : 0;
    return bottom > Math.max(box.top, 0) && bottom <= Math.min(box.bottom, innerHeight - bar) + 4;
  }

  #look() {
    const newest = [...this.#lines()].at(-1);
    if (newest && this.#inSight(this.unread.at(-1) ?? newest)) {
      this.unread = [];
      try {
        localStorage.setItem(this.key, newest.dataset.id);
      } catch {
        // No storage: the mark lives as long as the page.
      }
    }
    this.pill.hidden = !this.unread.length;
    if (this.unread.length) this.pill.textContent = `居民有 ${this.unread.length} 条新话 ↓`;
  }

  /** To the first message not seen; without one, to the end. */
  jump(smooth = true) {
    const line = this.unread[0] ?? [...this.#lines()].at(-1);
    if (!line) return;
    const behavior = smooth && !matchMedia("(prefers-reduced-motion: reduce)").matches ? "smooth" : "instant";
    if (this.unread.length > 1) this.box.scrollTo({ top: line.offsetTop - this.box.offsetTop, behavior });
    else this.box.scrollTo({ top: this.box.scrollHeight, behavior });
    if (smooth) this.box.scrollIntoView({ block: "nearest", behavior });
  }
}
