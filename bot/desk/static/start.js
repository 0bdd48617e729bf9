// The guide's cards: arrows turn them; a red case interrupts here too.

import { acknowledge, alarming, refreshAlarm } from "./alarm.js";
import { keys } from "./keys.js";
import { Live } from "./live.js";
import "./pops.js";

new Live(0, (news) => alarming(news) && refreshAlarm()).start();
refreshAlarm();

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-seen]");
  if (button) acknowledge(button.dataset.seen, button.dataset.code);
});

keys({
  a: () => acknowledge(),
  u: () => location.assign("/desk"),
  ArrowRight: () => document.getElementById("onward")?.click(),
  ArrowLeft: () => document.getElementById("back")?.click(),
});
