// Writing to the resident: the draft survives everything, one draft is one message however often it is pressed.

const KEPT = 3 * 86400_000;

const BLANK = "＿＿"; // a canned text's gap

export const newId = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(16).slice(2)}`;

export class Reply {
  constructor(form, { login, number }, act) {
    this.form = form;
    this.text = form.elements.text;
    this.button = document.getElementById("send");
    this.count = document.getElementById("count");
    this.error = document.getElementById("reply-error");
    this.key = `bangnong:draft:${login}:${number}`; // a colleague at the same machine has drafts of their own
    this.act = act;
    this.limit = Number(form.dataset.bytes);
    this.left = Number(document.getElementById("room-words")?.dataset.left ?? Infinity);
    this.draft = this.#load();
    this.text.value = this.draft.text;
    this.text.addEventListener("input", () => this.#changed());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
        event.preventDefault();
        this.send();
      }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.#shut("shut" in form.dataset);
    this.#measure();
  }

  /** Whether something is written that is not sent. */
  get writing() {
    return this.text.value.trim() !== "";
  }

  focus() {
    this.text.focus();
  }

  /** Put words where the cursor is; the first blank in them is marked, to be written over. */
  insert(words) {
    const { selectionStart: at, selectionEnd: end } = this.text;
    this.text.setRangeText(words, at, end, "end");
    this.text.dispatchEvent(new Event("input"));
    this.#toBlank(at);
  }

  #toBlank(from) {
    const blank = this.text.value.indexOf(BLANK, from);
    this.text.focus();
    if (blank >= 0) this.text.setSelectionRange(blank, blank + BLANK.length);
  }

  /** What the desk says of the room for replies. */
  room({ open, left }) {
    this.left = left ?? Infinity;
    this.#shut(!open || left === 0);
    this.#measure();
  }

  #shut(shut) {
    this.shut = shut;
    this.button.disabled = shut || this.sending === true;
    this.form.classList.toggle("closed", shut);
  }

  #load() {
    try {
      for (const key of Object.keys(localStorage).filter((one) => one.startsWith("bangnong:draft:"))) {
        const { at = 0 } = JSON.parse(localStorage.getItem(key)) ?? {};
        if (Date.now() - at > KEPT) localStorage.removeItem(key);
      }
      const kept = JSON.parse(localStorage.getItem(this.key));
      if (kept?.id && typeof kept.text === "string") return { tried: "", ...kept };
    } catch {
      // No storage: the draft lives as long as the page.
    }
    return { id: newId(), text: "", tried: "" };
  }

  #keep() {
    try {
      if (this.draft.text) localStorage.setItem(this.key, JSON.stringify({ ...this.draft, at: Date.now() }));
      else localStorage.removeItem(this.key);
    } catch {
      // See above.
    }
  }

  #changed() {
    // Another text after a press whose end is unknown is another message.
    if (this.draft.tried && this.text.value.trim() !== this.draft.tried) this.#fresh();
    this.draft.text = this.text.value;
    this.error.textContent = "";
    this.#keep();
    this.#measure();
    if (!this.writing) this.put?.();
  }

  #fresh() {
    this.draft = { id: newId(), text: "", tried: "" };
  }

  #measure() {
    const words = this.text.value.trim();
    const size = new TextEncoder().encode(words).length;
    const parts = size <= this.limit ? 1 : Math.ceil(size / Math.max(1, Math.floor((this.limit * 3) / 4)));
    this.count.textContent = words ? `${[...words].length} 字，${parts > 1 ? `会分成 ${parts} 条` : "1 条"}` : "";
    const over = words && parts > this.left;
    this.count.classList.toggle("over", Boolean(over));
    if (over) this.count.textContent += `，只剩 ${this.left} 条`;
  }

  async send() {
    const text = this.text.value.trim();
    if (!text || this.sending || this.shut) return;
    if (text.includes(BLANK)) {
      this.error.textContent = "还有空没填。";
      return this.#toBlank(0);
    }
    this.sending = true;
    this.draft.tried = text;
    this.#keep();
    this.button.disabled = true;
    this.error.textContent = "";
    const taken = await this.act("reply", { text, reply_id: this.draft.id }, (words) => {
      this.error.textContent = `没有发出：${words}`;
    });
    this.sending = false;
    this.button.disabled = this.shut;
    if (taken) {
      const more = this.text.value.trim() === text ? "" : this.text.value;
      this.#fresh();
      this.text.value = more;
      this.draft.text = more;
      this.#keep();
      this.#measure();
      this.put?.();
    }
    this.text.focus();
  }
}
