// To the clipboard, also where the page has no secure address and the browser offers no clipboard.

import { toast } from "./wire.js";

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement("textarea");
    field.className = "hidden";
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) return toast("没有复制成，请长按选中。");
  }
  toast("已复制。");
}
