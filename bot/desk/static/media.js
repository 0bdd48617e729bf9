// A resident's picture whole: opened by a click, the others by arrow keys, put away by Escape. Every look is written down.

import { get } from "./wire.js";

const dialog = document.createElement("dialog");
dialog.className = "whole-picture";
dialog.setAttribute("aria-labelledby", "whole-title");
dialog.innerHTML = `
  <div class="bar"><h2 id="whole-title" tabindex="-1" autofocus>照片</h2><span class="soft" role="status"></span>
    <a class="button small" download>下载</a><button class="button small" type="button" data-shut>关上 <kbd>Esc</kbd></button></div>
  <div class="stage"><img alt="照片"><p class="error" role="alert" hidden></p></div>
  <div class="steps"><button class="button small" type="button" data-step="-1"><kbd>←</kbd> 前一张</button>
    <button class="button small" type="button" data-step="1">后一张 <kbd>→</kbd></button></div>`;
document.body.append(dialog);

const [picture, trouble, place, file] = ["img", ".error", "[role=status]", "a"].map((one) => dialog.querySelector(one));
let opened = "";

const shots = () => [...document.querySelectorAll("[data-shot]")];
const at = () => shots().findIndex((one) => one.getAttribute("href") === opened);

function show(shot) {
  opened = shot.getAttribute("href");
  trouble.hidden = true;
  picture.hidden = false;
  picture.src = opened;
  file.href = `${opened}?download`;
  const all = shots();
  place.textContent = all.length > 1 ? `${at() + 1} / ${all.length}` : "";
  for (const button of dialog.querySelectorAll("[data-step]")) button.hidden = !all[at() + Number(button.dataset.step)];
  if (!dialog.open) dialog.showModal();
}

function step(by) {
  const next = shots()[at() + by];
  if (next) show(next);
}

document.addEventListener("click", (event) => {
  const shot = event.target.closest("[data-shot]");
  if (!shot || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(shot);
});

dialog.addEventListener("click", (event) => {
  const { step: by, shut } = event.target.closest("button")?.dataset ?? {};
  if (by) step(Number(by));
  else if (shut !== undefined || event.target === dialog) dialog.close();
});

dialog.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") step(-1);
  else if (event.key === "ArrowRight") step(1);
  else return;
  event.preventDefault();
});

dialog.addEventListener("close", () => {
  picture.removeAttribute("src"); // nothing of it stays in the page
  shots()[at()]?.focus();
});

// The picture did not come: the desk says why in words.
picture.addEventListener("error", async () => {
  if (!picture.hasAttribute("src")) return;
  picture.hidden = true;
  trouble.textContent = "照片没有打开，请再试一次。";
  try {
    await get(opened);
  } catch (error) {
    if (error.status) trouble.textContent = error.message;
  }
  trouble.hidden = false;
});
