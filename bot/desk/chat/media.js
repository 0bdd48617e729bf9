// Photos, voices and files from the chat page: chosen, pasted or dropped, made smaller where that loses nothing that
// matters, sent one after the other with what has gone so far. An upload that fails is sent again under the same id.

import { shrink } from "./shrink.js";
import { newId } from "./store.js";

const MOST = 20 * 1024 * 1024;
const TRIES = 4;

export class Uploads {
  /** `said(answer)` hears the desk's answers; `pending(on)` whether something is on its way. */
  constructor(view, said) {
    this.view = view;
    this.said = said;
    this.queue = [];
    this.busy = false;
    this.field = document.getElementById("file");
    this.form = document.getElementById("attach");
    this.form.classList.add("scripted");
    this.field.multiple = true; // the plain form sends one
    this.field.addEventListener("change", () => {
      this.add([...this.field.files]);
      this.field.value = "";
    });
    document.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length) return;
      event.preventDefault();
      this.add(files);
    });
    document.addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
    document.addEventListener("drop", (event) => {
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
    addEventListener("beforeunload", (event) => this.queue.length && event.preventDefault());
  }

  async add(files) {
    for (const file of files.slice(0, 9)) {
      const small = await shrink(file);
      const one = { id: newId(), file: small.file, name: file.name, preview: small.preview };
      this.view.add({ id: one.id, author: "me", text: small.preview ? "" : `［${kind(file)}］${file.name}`, at: new Date().toISOString(), media: small.preview ? [{ kind: "image", src: small.preview, local: true }] : [] });
      if (one.file.size > MOST) this.view.mark(one.id, "refused", "太大了，最多 20 MB");
      else this.queue.push(one);
    }
    this.pump();
  }

  async pump() {
    if (this.busy) return;
    this.busy = true;
    for (let one; (one = this.queue[0]); this.queue.shift()) await this.deliver(one);
    this.busy = false;
  }

  async deliver(one) {
    for (let tries = 0, pause = 1000; ; tries += 1, pause *= 2) {
      const answer = await send(one, (share) => this.view.mark(one.id, "sending", `${Math.round(share * 100)}%`));
      if (answer.status === 200) {
        this.view.mark(one.id, "delivered");
        this.said(answer.body.replies ?? []);
        return;
      }
      if ([400, 403, 413, 429].includes(answer.status)) {
        this.view.mark(one.id, "refused", answer.body.error?.message ?? "");
        return;
      }
      if (tries >= TRIES) {
        this.view.mark(one.id, "refused", "网络不通", { label: "再发一次", run: () => this.again(one) });
        return;
      }
      this.view.mark(one.id, "waiting");
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  again(one) {
    if (this.queue.includes(one)) return;
    this.queue.push(one);
    this.pump();
  }
}

/** Resolves to {status, body}; status 0 when the desk was not reached. */
function send(one, progress) {
  return new Promise((resolve) => {
    const form = new FormData();
    form.append("id", one.id);
    form.append("file", one.file, "file");
    const request = new XMLHttpRequest(); // fetch cannot tell how much has gone
    request.open("POST", "/chat/media");
    request.setRequestHeader("X-Requested-With", "bangnong");
    request.timeout = 180000;
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && progress(event.loaded / event.total));
    request.addEventListener("loadend", () => resolve({ status: request.status, body: request.response ?? {} }));
    progress(0);
    request.send(form);
  });
}

const kind = (file) => ({ audio: "语音", video: "视频", image: "照片" })[file.type.split("/")[0]] ?? "文件";

/** The files of a message as nodes: pictures to look at, the rest by name. */
export function filesOf(media, mine, grown = () => {}) {
  return (media ?? []).map(({ kind: what, src, local, width, height }) => {
    if (what === "image" && (local || width)) {
      const picture = document.createElement("img");
      picture.alt = mine ? "您发的照片" : "记者发来的照片，点开看大图";
      picture.src = local ? src : `${src}/thumb`;
      if (width) [picture.width, picture.height] = [width, height];
      picture.addEventListener("load", grown);
      if (mine) return picture;
      const whole = document.createElement("a");
      [whole.className, whole.href, whole.target, whole.rel] = ["sent", src, "_blank", "noopener"];
      whole.append(picture);
      return whole;
    }
    const link = document.createElement("a");
    link.href = `${src}?download`;
    link.textContent = { voice: "语音", video: "视频", image: "照片" }[what] ?? "文件";
    return link;
  });
}
