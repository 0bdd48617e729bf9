// The public answer to the clipboard: it is written on the platform, not here.

import { copy } from "./copy.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(document.getElementById(button.dataset.copy).textContent);
});
