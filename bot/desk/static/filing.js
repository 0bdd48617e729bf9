// Read while it is typed; Enter files it, once.

import { post, toast } from "./wire.js";

const PAUSE = 250;
const form = document.getElementById("filing");
const box = document.getElementById("reading");
let timer = 0;
let asked = 0;
let before = "";

const fields = () => Object.fromEntries(["words", "phone", "place", "who"].map((name) => [name, form.elements[name].value]));

async function read() {
  const now = fields();
  const text = JSON.stringify(now);
  if (text === before) return;
  before = text;
  const mine = (asked += 1);
  try {
    const answer = await post(form.dataset.read, now);
    if (mine !== asked) return;
    box.innerHTML = answer.html;
    box.parentElement.toggleAttribute("data-red", answer.red);
  } catch (error) {
    if (mine === asked) {
      before = "";
      toast(error.message);
    }
  }
}

for (const kind of ["input", "compositionend"]) {
  form.addEventListener(kind, (event) => {
    if (event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(read, PAUSE);
  });
}

form.elements.words.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit(document.getElementById("file"));
});

// Pressed twice it is filed once anyway; the second press would only leave the page hanging.
let sent = false;
form.addEventListener("submit", (event) => {
  if (sent) event.preventDefault();
  sent = true;
});
addEventListener("pageshow", () => (sent = false));
