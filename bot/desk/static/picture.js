// A picture for the resident: chosen, taken, pasted or dropped; looked at first, then sent. One picture is one message
// however often it is pressed: a try whose end is unknown is repeated under the same id.

import { shrink } from "/chat/static/shrink.js";
import { newId } from "./reply.js";

const MOST = 20 * 1024 * 1024;
const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";

export class Pictures {
  /** `taken(answer)` hears the page as it is after a picture was sent; `missed()` that the page is older than the desk. */
  constructor(reply, path, taken, missed) {
    this.reply = reply;
    this.path = path;
    this.taken = taken;
    this.missed = missed;
    this.box = document.getElementById("to-show");
    this.field = document.getElementById("picture");
    if (!this.box) return; // this channel carries none, and the page says so
    this.opener = document.getElementById("picture-open");
    [this.image, this.state, this.error, this.go, this.drop] = [
      "img", "[role=status]", "[role=alert]", "[data-go]", "[data-drop]",
    ].map((one) => this.box.querySelector(one));
    this.opener.addEventListener("click", () => this.field.click());
    this.field.addEventListener("change", () => {
      this.choose(this.field.files);
      this.field.value = "";
    });
    this.go.addEventListener("click", () => this.send());
    this.drop.addEventListener("click", () => this.away());
    reply.form.addEventListener("paste", (event) => this.#brought(event, event.clipboardData));
    document.addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
    document.addEventListener("drop", (event) => this.#brought(event, event.dataTransfer));
    addEventListener("beforeunload", (event) => this.chosen && event.preventDefault());
  }

  #brought(event, carried) {
    if (!carried?.files.length) return;
    event.preventDefault();
    this.choose(carried.files);
  }

  async choose(files) {
    if (this.sending || !files.length) return;
    const file = files[0];
    const { file: small, preview } = await shrink(file);
    this.chosen = { id: newId(), file: small };
    this.box.hidden = false;
    this.image.hidden = !preview;
    if (preview) this.image.src = preview;
    this.error.textContent = "";
    this.go.textContent = "发出这张";
    this.go.hidden = false;
    this.state.textContent = files.length > 1 ? "一次发一张，这是第一张。算 1 条消息。" : "算 1 条消息。";
    if (small.size > MOST) this.#refuse("太大了，最多 20 MB。");
    else if (this.reply.shut) this.#refuse("现在不能发，见上面的说明。");
    this.box.scrollIntoView({ block: "nearest" });
    (this.go.hidden ? this.drop : this.go).focus();
  }

  #refuse(words) {
    this.error.textContent = `没有发出：${words}`;
    this.state.textContent = "";
    this.go.hidden = true;
  }

  away() {
    if (this.sending) return;
    this.chosen = null;
    this.box.hidden = true;
    this.image.removeAttribute("src");
    this.reply.focus();
  }

  async send() {
    if (this.sending || !this.chosen) return;
    this.#busy(true);
    const { status, body } = await post(this.path, this.chosen, (share) => {
      this.state.textContent = share < 1 ? `正在送出 ${Math.round(share * 100)}%` : "正在处理…";
    });
    this.#busy(false);
    if (status === 200) {
      this.taken(body);
      this.away();
      return;
    }
    const words = body?.error?.message;
    if (status >= 400 && status < 500) this.#refuse(words ?? "请刷新后再试。");
    else {
      this.state.textContent = "";
      this.error.textContent = words ?? "没有连上，请看看网络。照片还在，不会发两次。";
      this.go.textContent = "再发一次";
    }
    if (status === 409) this.missed();
  }

  #busy(on) {
    this.sending = on;
    this.go.disabled = this.drop.disabled = this.opener.disabled = on;
    this.error.textContent = "";
  }
}

/** Resolves to {status, body}; status 0 when the desk was not reached. */
function post(path, one, progress) {
  return new Promise((resolve) => {
    const form = new FormData();
    form.append("reply_id", one.id);
    form.append("file", one.file, "picture");
    const request = new XMLHttpRequest(); // fetch cannot tell how much has gone
    request.open("POST", path);
    request.setRequestHeader("X-Requested-With", "bangnong");
    request.setRequestHeader("X-CSRF-Token", csrf);
    request.timeout = 120000;
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && progress(event.loaded / event.total));
    request.addEventListener("loadend", () => resolve({ status: request.status, body: request.response }));
    progress(0);
    request.send(form);
  });
}
