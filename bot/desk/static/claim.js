// A claim that is about to run out is said in time: it counts down, and two minutes before the end it is heard once.

import { chime } from "./alarm.js";
import { now, span } from "./times.js";
import { toast } from "./wire.js";

const COUNTS = 300;
const SAYS = 120;
let said = "";

setInterval(() => {
  const node = document.querySelector("[data-claim]");
  if (!node) return;
  const left = (new Date(node.dataset.claim).getTime() - now()) / 1000;
  const ending = left < COUNTS;
  node.parentElement.classList.toggle("ending", ending);
  if (!ending) return;
  const words = left > 0 ? `再过 ${span(left)}没有动作，会自动放回` : "正在放回";
  if (node.textContent !== words) node.textContent = words;
  if (left < SAYS && left > 0 && said !== node.dataset.claim) {
    said = node.dataset.claim;
    toast("这张单快要自动放回了。还在办，请点“我还在办”。");
    chime();
  }
}, 1000);
