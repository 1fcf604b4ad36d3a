// Keeps the page on which visits are written down, and what it is made of, for when the network is off. Nothing else is kept, and nothing personal is in it.
const STORE = "manyuan-capture-1";
const PAGE = "/visits/capture/";
const PARTS = ["style.css", "capture.js", "icons.svg", "mark.svg"].map((name) => `/static/manyuan/${name}`);

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const kept = await caches.open(STORE);
    await Promise.all([PAGE, ...PARTS].map((path) => load(kept, path).catch(() => {})));
    await self.skipWaiting();
  })());
});
self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("manyuan-capture-") && name !== STORE) await caches.delete(name);
    await self.clients.claim();
  })());
});
async function load(kept, path) {
  const answer = await fetch(path, { credentials: "same-origin", cache: "no-cache" });
  if (answer.ok && !answer.redirected && answer.type === "basic") await kept.put(path, answer.clone());
  return answer;
}
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (address.pathname !== PAGE && !PARTS.includes(address.pathname)) return;
  event.respondWith((async () => {
    const kept = await caches.open(STORE);
    try {
      const answer = await fetch(event.request);
      if (answer.ok && !answer.redirected && answer.type === "basic") await kept.put(address.pathname, answer.clone());
      return answer;
    } catch (error) {
      const found = await kept.match(address.pathname);
      if (found) return found;
      throw error;
    }
  })());
});
