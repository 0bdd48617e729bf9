// The page without a network: its own files and an empty page are kept, nothing anybody said. With a network, the
// network's answer always comes first, so that nobody sits on an old page.

const CACHE = "chat-1";
const SHELL = "/chat/shell";
const FILES = ["chat.css", "chat.js", "media.js", "shrink.js", "store.js", "view.js", "wire.js", "icon.svg", "manifest.webmanifest"];
const PATIENCE = 6000; // a line that neither works nor breaks: then the kept page, which says so and keeps trying

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && pathname === "/chat") event.respondWith(opened(request));
  else if (pathname.startsWith("/chat/static/")) event.respondWith(file(request));
});

async function keepAll() {
  const cache = await caches.open(CACHE);
  await cache.addAll([SHELL, ...FILES.map((name) => `/chat/static/${name}`)].map((path) => new Request(path, { cache: "no-store" })));
}

/** The desk's own page, with what was said; the kept one where it cannot be had. */
async function opened(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    const kept = await caches.match(SHELL);
    if (kept) return kept;
    throw error;
  }
}

async function file(request) {
  try {
    const fresh = await fetch(request);
    if (fresh.ok) (await caches.open(CACHE)).put(request, fresh.clone());
    return fresh;
  } catch (error) {
    const kept = await caches.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}
