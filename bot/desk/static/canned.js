// The picker of canned texts: a few letters, arrows, Enter. What is picked goes into the reply box and is not sent.

export class Canned {
  constructor(dialog, reply) {
    this.dialog = dialog;
    this.reply = reply;
    this.field = document.getElementById("canned-find");
    this.none = document.getElementById("canned-none");
    this.rows = [...dialog.querySelectorAll("li")];
    this.field.addEventListener("input", () => this.#filter());
    dialog.addEventListener("keydown", (event) => this.#key(event));
    dialog.addEventListener("click", (event) => {
      const picked = event.target.closest("[data-canned]");
      if (picked) this.#take(picked);
      else if (event.target === dialog) dialog.close(); // beside it
    });
    reply.text.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.isComposing || reply.writing) return;
      event.preventDefault();
      this.open();
    });
  }

  open() {
    if (this.reply.shut) return;
    this.field.value = "";
    this.#filter();
    this.dialog.showModal();
  }

  #filter() {
    const wanted = this.field.value.trim().toLowerCase();
    for (const row of this.rows) {
      const [title, ...names] = row.dataset.find.toLowerCase().split(" ");
      const text = row.textContent.toLowerCase();
      row.hidden = wanted && !title.includes(wanted) && !names.some((name) => name.startsWith(wanted)) && !text.includes(wanted);
    }
    this.none.hidden = this.#buttons().length > 0;
  }

  #buttons() {
    return this.rows.filter((row) => !row.hidden).map((row) => row.firstElementChild);
  }

  #key(event) {
    if (event.isComposing) return;
    const buttons = this.#buttons();
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "ArrowDown") buttons[Math.min(at + 1, buttons.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? buttons[at - 1] : this.field).focus();
    else if (event.key === "Enter" && event.target === this.field) this.#take(buttons[0]);
    else return;
    event.preventDefault();
  }

  #take(button) {
    if (!button) return;
    this.dialog.close();
    this.reply.insert(button.dataset.canned);
  }
}
