// Asking and telling the desk's server. Every failure is an Error whose message a person can read.

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
const AWAY = "没有连上，请看看网络，再试一次。";

async function answer(promise) {
  let response;
  try {
    response = await promise;
  } catch {
    throw Object.assign(new Error(AWAY), { status: 0 });
  }
  let body = {};
  try {
    body = await response.json();
  } catch {
    // An answer that is no JSON has nothing to say to people.
  }
  if (!response.ok) {
    throw Object.assign(new Error(body.error?.message ?? AWAY), { status: response.status, code: body.error?.code });
  }
  return body;
}

// A page left open asks by itself for days: only what a hand has touched since the last question keeps a session alive.
let touched = true;
for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
  document.addEventListener(kind, () => (touched = true), { capture: true, passive: true });
}
function hand() {
  const headers = touched ? { "X-Hand": "yes" } : {};
  touched = false;
  return headers;
}

export const get = (path) =>
  answer(fetch(path, { headers: { "X-Requested-With": "bangnong", ...hand() }, signal: AbortSignal.timeout(8000) }));

export const post = (path, fields = {}, headers = {}, more = {}) =>
  answer(
    fetch(path, {
      ...more,
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { "X-Requested-With": "bangnong", "X-CSRF-Token": csrf, ...hand(), ...headers },
      signal: AbortSignal.timeout(15000),
    }),
  );

/** `alert`: what was seen; another one is not silenced by it. */
export const seen = (number, alert) => post(`/desk/tickets/${number}/acknowledge`, { alert }, { "X-Parts": "no" });

const toastBox = document.getElementById("toast");
let toastTimer = 0;

/** One sentence at the edge of the page; it goes by itself. */
export function toast(sentence) {
  if (!toastBox) return;
  toastBox.textContent = sentence;
  toastBox.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (toastBox.hidden = true), 6000);
}
