// Sleeps in the telephone and wakes for a red alarm. It keeps nothing, and answers no requests of pages.

const NUMBER = /^B\d{5}-\d{4,}$/;

self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data.json();
  } catch {
    // Whatever it was: somebody must look at the desk.
  }
  const number = NUMBER.test(told.number) ? told.number : "";
  const test = told.urgency === "test";
  event.waitUntil(
    self.registration.showNotification(test ? "提醒开好了" : "有危急求助，请打开工作台", {
      body: test ? "以后有危急求助，这台设备会响。" : number,
      tag: number || "bangnong",
      renotify: true,
      requireInteraction: !test,
      lang: "zh-CN",
      icon: test ? "/desk/static/icon.svg" : "/desk/static/icon-red.svg",
      data: { path: number ? `/desk/tickets/${number}` : "/desk" },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const path = event.notification.data?.path ?? "/desk";
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((open) => {
      const there = open.find((one) => new URL(one.url).pathname === path);
      return there ? there.focus() : self.clients.openWindow(path);
    }),
  );
});
