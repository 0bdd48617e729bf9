// The admin's pages: a red case interrupts here too, and what cannot be undone is asked about once.

import { acknowledge, alarming, refreshAlarm } from "./alarm.js";
import { keys } from "./keys.js";
import { Live } from "./live.js";
import "./pops.js";

new Live(0, (news) => alarming(news) && refreshAlarm()).start();
refreshAlarm();

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.sure;
  if (question && !confirm(question)) event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("form[data-auto] select")) event.target.form.requestSubmit();
});

keys({ a: () => acknowledge(), u: () => location.assign("/desk") });
