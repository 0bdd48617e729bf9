// What nobody has seen yet: the number in the title, the red icon, a bar with one button, and a sound that goes on.
// Only one tab sounds. A browser gives no sound before the first touch of the page: then the page says so.

import { get, seen, toast } from "./wire.js";

const bar = document.getElementById("alarm");
const barWords = bar.querySelector(".alarm-words");
const openLink = document.getElementById("alarm-open");
const seenButton = document.getElementById("alarm-seen");
const voice = document.getElementById("alarm-voice");
const soundButton = document.getElementById("sound");
const icon = document.getElementById("icon");
const title = document.title;

let known = null; // numbers heard of before; null until the first look
let first = null;
let firstAlert = "";
let ringing = false;

class Bell {
  constructor() {
    const Context = window.AudioContext ?? window.webkitAudioContext;
    this.context = Context ? new Context() : null;
    this.wanted = false;
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => this.wake(), { capture: true });
    this.context?.addEventListener?.("statechange", () => this.#settle());
    this.#settle();
  }

  wake() {
    if (this.context && this.context.state !== "running") this.context.resume().catch(() => {});
  }

  /** Two notes, then quiet, over and over: as one looped piece, since a hidden page's timers are slow. */
  #piece(pause) {
    const { sampleRate } = this.context;
    const notes = [[880, 0], [660, 0.22], [880, 0.44]];
    const buffer = this.context.createBuffer(1, Math.ceil(sampleRate * (0.7 + pause)), sampleRate);
    const data = buffer.getChannelData(0);
    for (const [tone, at] of notes) {
      for (let n = 0; n < sampleRate * 0.2; n += 1) {
        const fade = Math.min(1, n / 400, (sampleRate * 0.2 - n) / 1500);
        data[Math.floor(at * sampleRate) + n] = Math.sin((2 * Math.PI * tone * n) / sampleRate) * 0.35 * fade;
      }
    }
    return buffer;
  }

  #play(loop) {
    const source = this.context.createBufferSource();
    source.buffer = this.#piece(loop ? 1.6 : 0);
    source.loop = loop;
    source.connect(this.context.destination);
    source.start();
    return source;
  }

  once() {
    if (this.context?.state === "running" && !ringing) this.#play(false);
  }

  ring(on) {
    this.wanted = on;
    this.#settle();
  }

  #settle() {
    const can = this.context?.state === "running";
    soundButton.hidden = can || !this.context || !seenButton; // who cannot answer is not called
    soundButton.classList.toggle("urgent", this.wanted && !can);
    if (this.wanted && can && !ringing) this.#start();
    if (!this.wanted && ringing) this.stop?.();
  }

  #start() {
    ringing = true;
    const sound = () =>
      new Promise((done) => {
        if (!this.wanted) return done();
        const source = this.#play(true);
        this.stop = () => {
          source.stop();
          done();
        };
      });
    const end = () => {
      ringing = false;
      this.stop = null;
      this.#settle();
    };
    if (!navigator.locks) return void sound().then(end);
    const waiting = new AbortController();
    this.stop = () => waiting.abort();
    navigator.locks.request("bangnong-bell", { signal: waiting.signal }, sound).catch(() => {}).finally(end);
  }
}

const bell = new Bell();
soundButton.addEventListener("click", () => bell.wake());

/** One short sound, for what is worth a glance. */
export const chime = () => bell.once();

function show(state) {
  document.title = state.count ? `(${state.count}) ${title}` : title;
  icon.href = state.count ? "/desk/static/icon-red.svg" : "/desk/static/icon.svg";
  document.body.classList.toggle("alarmed", state.count > 0);
  bar.hidden = !state.count;
  bar.classList.toggle("red", state.red > 0);
  first = state.first?.number ?? null;
  firstAlert = state.first?.code ?? "";
  if (state.first) {
    const more = state.count > 1 ? `（共 ${state.count} 张没人看过）` : "";
    barWords.textContent = `${state.first.urgency} · ${state.first.title}：${state.first.alert}${more}`;
    openLink.href = `/desk/tickets/${state.first.number}`;
    openLink.hidden = openLink.pathname === location.pathname;
  }
  const fresh = known && state.numbers.some((number) => !known.has(number));
  if (state.first && (fresh || (!known && state.red))) {
    voice.textContent = `${barWords.textContent}，${state.first.number}`;
    if (state.red && navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 150, 300]);
    if (!state.red) bell.once();
  }
  known = new Set(state.numbers);
  bell.ring(state.red > 0 && seenButton !== null);
}

let asking = null;
let stale = false;

/** Look again; what happens while looking is looked at once more. */
export async function refreshAlarm() {
  if (asking) {
    stale = true;
    return asking;
  }
  asking = (async () => {
    do {
      stale = false;
      try {
        show(await get("/desk/alarm"));
      } catch {
        // The line's own sign says it; what was shown stays.
      }
    } while (stale);
    asking = null;
  })();
  return asking;
}

/** Whether this news can change what is alarmed. */
export const alarming = (news) =>
  news.reload || news.resumed || news.tickets.some((one) => one.alert || known?.has(one.number));

/** 知道了 to what was shown. Quiet here at once; the others hear it from the desk. */
export async function acknowledge(number = first, alert = number === first ? firstAlert : "") {
  if (!number || !seenButton) return;
  try {
    await seen(number, alert);
  } catch (error) {
    toast(error.message);
  }
  await refreshAlarm();
}

seenButton?.addEventListener("click", () => acknowledge());
