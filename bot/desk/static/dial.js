// One press: the number is asked for, which is written down, and the telephone dials it.

import { post, toast } from "./wire.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-dial]");
  if (!button) return;
  button.disabled = true;
  try {
    const { value } = await post(button.dataset.dial, { field: "slot:phone" });
    const link = document.createElement("a");
    link.className = "button small";
    link.href = `tel:${value.replace(/[^\d+]/g, "")}`;
    link.textContent = `拨 ${value}`;
    button.replaceWith(link);
    link.focus();
    link.click();
  } catch (error) {
    button.disabled = false;
    toast(error.message);
  }
});
