// The ladder on a ticket: the sentence is copied in one press, with address and number only on request; a result is pressed.

import { copy } from "./copy.js";
import { post, toast } from "./wire.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.closest(".settle .results")) button.form.querySelector("input[name=state]").value = button.value;
  if ("copySay" in button.dataset) copy(document.getElementById("say-words").textContent);
  if (button.dataset.fullSay) {
    button.disabled = true;
    try {
      const { text } = await post(button.dataset.fullSay);
      document.getElementById("say-words").textContent = text;
      button.remove();
    } catch (error) {
      button.disabled = false;
      toast(error.message);
    }
  }
}, { capture: true });

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.closest(".settle input")) event.preventDefault(); // a result is chosen, not guessed
});
