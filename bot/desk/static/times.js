// Ages and clocks that walk by themselves, by the server's time.

const UNITS = [[86400, "天", 2], [3600, "小时", 1], [60, "分钟", 1]];
const behind = new Date(document.getElementById("page").dataset.now).getTime() - Date.now();

export const now = () => Date.now() + behind;

export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  for (const [size, unit, least] of UNITS) if (whole >= size * least) return `${Math.floor(whole / size)} ${unit}`;
  return `${whole} 秒`;
}

function tick() {
  const moment = now();
  for (const node of document.querySelectorAll("[data-ago]")) {
    const age = (moment - new Date(node.dataset.ago).getTime()) / 1000;
    put(node, age < 5 ? "刚刚" : `${span(age)}前`);
  }
  for (const node of document.querySelectorAll("[data-due]:not(.kept)")) {
    const left = (new Date(node.dataset.due).getTime() - moment) / 1000;
    node.classList.toggle("late", left < 0);
    node.classList.toggle("waiting", left >= 0);
    put(node.querySelector("b"), left >= 0 ? `还有 ${span(left)}` : `超时 ${span(-left)}`);
  }
}

function put(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

setInterval(tick, 1000);
