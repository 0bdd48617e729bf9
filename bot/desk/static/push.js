// My account: this device is woken for a red alarm, or not any more. Without scripts the devices can still be removed.

import { post } from "./wire.js";

const box = document.getElementById("push");
const words = document.getElementById("push-words");
const on = document.getElementById("push-on");
const off = document.getElementById("push-off");
const WORKER = "/desk/alarm-worker.js";
const SCOPE = "/desk/";

const unable = () => {
  if (!window.isSecureContext) return "要用 https 的网址打开工作台，才能开提醒。";
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) {
    return "这个浏览器不能提醒。苹果手机请先用“添加到主屏幕”，再从主屏幕打开；别的请换一个浏览器。";
  }
  if (Notification.permission === "denied") return "这个浏览器里不许本站提醒，请先在浏览器的设置里放开，再刷新。";
  return "";
};

function show(subscribed, sentence = "") {
  const why = unable();
  on.hidden = Boolean(why) || subscribed;
  off.hidden = !subscribed;
  words.textContent = sentence || why || (subscribed ? "这台设备：开着。" : "这台设备：没有开。");
}

async function current() {
  const registered = await navigator.serviceWorker?.getRegistration(SCOPE);
  return (await registered?.pushManager?.getSubscription()) ?? null;
}

/** A worker that has just come must be ready before it can be subscribed. */
async function worker() {
  const registered = await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
  const coming = registered.installing ?? registered.waiting;
  if (!registered.active && coming) {
    await new Promise((resolve) => coming.addEventListener("statechange", () => coming.state === "activated" && resolve()));
  }
  return registered;
}

async function begin() {
  if ((await Notification.requestPermission()) !== "granted") return show(false, "没有允许提醒。要开，请再点一次并选“允许”。");
  const registered = await worker();
  const given = await registered.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: box.dataset.key });
  const { endpoint, keys } = given.toJSON();
  try {
    await post("/account/push", { endpoint, key: keys.p256dh, auth: keys.auth });
  } catch (error) {
    await given.unsubscribe();
    throw error;
  }
  show(true, "开好了，马上会响一次试试。没有响，请看手机是不是开了勿扰。");
}

async function end() {
  const given = await current();
  if (given) {
    await post("/account/push/off", { endpoint: given.endpoint });
    await given.unsubscribe();
  }
  show(false, "关了，这台设备不再响。");
}

const press = (button, act, sorry) =>
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      show(Boolean(await current()), error.status !== undefined ? error.message : sorry);
    } finally {
      button.disabled = false;
    }
  });

press(on, begin, "没有开成：连不上这个浏览器的提醒服务。请换一个浏览器，或请同事打电话叫您。");
press(off, end, "没有关成，请再点一次。");
show(Boolean(await current()));
