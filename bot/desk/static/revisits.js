// One revisit: the number is shown on request and can be called; who was not reached has no further answers.

import "./admin.js";
import { post, toast } from "./wire.js";

const button = document.getElementById("show-phone");
if (button) button.hidden = false;
button?.addEventListener("click", async () => {
  button.disabled = true;
  try {
    const { value } = await post(`/desk/tickets/${button.dataset.number}/reveal`, { field: "slot:phone" });
    const link = document.createElement("a");
    link.href = `tel:${value.replace(/[^\d+]/g, "")}`;
    link.textContent = value;
    document.getElementById("phone").replaceChildren(link);
    button.remove();
  } catch (error) {
    button.disabled = false;
    toast(error.message);
  }
});

const form = document.querySelector(".answers");

function settle() {
  const reached = form.elements.contacted.value !== "no";
  for (const set of form.querySelectorAll("fieldset:not([data-name=contacted])")) set.disabled = !reached;
}

form?.addEventListener("change", settle);
if (form) settle();
