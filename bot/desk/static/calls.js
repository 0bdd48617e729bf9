// Calls on a ticket: the result that is pressed is what is logged; other units are found while typing.

import { get, post, toast } from "./wire.js";

const PAUSE = 150;

// A pressed result goes into the form's own field: what gathers a form's fields does not see its buttons.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".log .results button");
  if (button) button.form.querySelector("input[name=result]").value = button.value;
}, { capture: true });

let timer = 0;
let asked = 0;

async function look(field) {
  const mine = (asked += 1);
  try {
    const answer = await get(`${field.dataset.callees}?q=${encodeURIComponent(field.value.trim())}`);
    const box = document.getElementById("callees-found");
    if (mine === asked && box) box.innerHTML = answer.html;
  } catch (error) {
    if (mine === asked) toast(error.message);
  }
}

for (const kind of ["input", "compositionend"]) {
  document.addEventListener(kind, (event) => {
    if (!event.target.dataset?.callees || event.isComposing) return;
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE, event.target);
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.closest(".log input")) event.preventDefault(); // a result is chosen, not guessed
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-call-words]");
  if (!button) return;
  button.disabled = true;
  try {
    const { calls } = await post(button.dataset.callWords);
    for (const [id, words] of Object.entries(calls)) {
      for (const node of document.querySelectorAll(`[data-call="${id}"] [data-field]`)) {
        node.textContent = words[node.dataset.field];
      }
    }
    button.parentElement.remove();
  } catch (error) {
    button.disabled = false;
    toast(error.message);
  }
});
