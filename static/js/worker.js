// The service worker. It keeps one page that holds nobody's data, and the files of that page: nothing else, ever. With a
// signal it does nothing but pass on.
"use strict";
const SHELL = "sendco-shell-" + VERSION;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const shell = await caches.open(SHELL);
    await shell.addAll([PAGE, ...FILES].map((address) => new Request(address, { cache: "reload" })));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("sendco-shell-") && name !== SHELL) await caches.delete(name);
    await self.clients.claim();
  })());
});

const kept = (address) => caches.match(address, { ignoreVary: true });

self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(async (error) => (await kept(PAGE)) || Promise.reject(error)));
  } else if (FILES.includes(new URL(request.url).pathname)) {
    event.respondWith(kept(request.url).then((file) => file || fetch(request)));
  }
});
