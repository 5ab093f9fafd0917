// What was logged without a signal: kept on this phone, sealed for the account that wrote it, until the server has it.
// Nothing is dropped but on the server's receipt for that one, or by the person's own choice.
"use strict";
window.sendcoQueue = (() => {
  const body = document.body;
  const HOLDS_FOR = 24 * 3600 * 1000; // the key and the day go that long after the server last answered
  const CLOCK_BACK = 3600 * 1000; // a clock put back further than this is not believed
  const REFRESH = 5 * 60 * 1000;
  const TRY_FOR = 8000;
  const OTHER_ACCOUNT = 409;
  const { fill: FILL, send: SEND } = body.dataset;
  let closing = false;

  // --- The store: one for the site; every row carries its account ---
  let opened = null;
  const store = () => opened ??= new Promise((done, fail) => {
    const asked = indexedDB.open("sendco", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("accounts", { keyPath: "account" });
      asked.result.createObjectStore("waiting", { keyPath: ["account", "key"] });
    };
    asked.onsuccess = () => {
      asked.result.onclose = () => { opened = null; };
      asked.result.onversionchange = () => { asked.result.close(); opened = null; };
      done(asked.result);
    };
    asked.onerror = () => { opened = null; fail(asked.error); };
  });
  const turn = async (mode, act) => {
    const base = await store();
    return new Promise((done, fail) => {
      const work = base.transaction(["accounts", "waiting"], mode, { durability: "strict" });
      let answer;
      act(work.objectStore("accounts"), work.objectStore("waiting"), (value) => { answer = value; });
      work.oncomplete = () => done(answer);
      work.onabort = () => fail(work.error);
    });
  };
  const read = (name) => turn("readonly", (accounts, waiting, say) => {
    (name === "accounts" ? accounts : waiting).getAll().onsuccess = (event) => say(event.target.result);
  });
  const alone = (act) => (navigator.locks ? navigator.locks.request("sendco-sending", act) : act());

  // --- The account whose key this phone holds ---
  const isOf = (row) => row.keys && Date.now() - row.filled < HOLDS_FOR && row.filled - Date.now() < CLOCK_BACK;
  const holder = async () => {
    const rows = await read("accounts");
    const stale = rows.filter((row) => row.keys && !isOf(row));
    if (stale.length) await turn("readwrite", (accounts) => stale.forEach((row) => accounts.put({ account: row.account, gone: row.signIn })));
    return rows.find((row) => isOf(row) && (!body.dataset.account || row.account === body.dataset.account)) || null;
  };

  // --- Sealing ---
  const seal = async (row, about, value) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const how = { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(`${row.account} ${about}`) };
    const text = new TextEncoder().encode(JSON.stringify(value));
    return { name: row.current, iv, text: await crypto.subtle.encrypt(how, row.keys[row.current], text) };
  };
  const unseal = async (row, about, sealed) => {
    const how = { name: "AES-GCM", iv: sealed.iv, additionalData: new TextEncoder().encode(`${row.account} ${about}`) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, row.keys[sealed.name], sealed.text)));
  };

  // --- What waits ---
  // [{key, at, entry, reason, there}] of the account that is signed in here, the oldest first.
  const waiting = async () => {
    const row = await holder();
    if (!row) return [];
    const found = [];
    for (const one of (await read("waiting")).filter((each) => each.account === row.account)) {
      try {
        found.push({ key: one.key, at: one.at, ...(await unseal(row, one.key, one.sealed)) });
      } catch {
        found.push({ key: one.key, at: one.at, entry: { title: "A session", day: "", fields: [] }, reason: "This phone cannot read it any more." });
      }
    }
    return found.sort((one, other) => one.at - other.at);
  };
  const count = async () => (await read("waiting")).length;
  const put = async (row, key, at, what) => {
    const sealed = await seal(row, key, what);
    return turn("readwrite", (accounts, rows, say) => {
      // Signed out meanwhile: nothing is written for an account that is closed.
      accounts.get(row.account).onsuccess = (event) => {
        if (!event.target.result?.keys) return;
        rows.put({ account: row.account, key, at, sealed });
        say(true);
      };
    });
  };
  const keep = async (entry) => {
    const row = await holder();
    return row && !closing ? Boolean(await put(row, entry.key, Date.now(), { entry })) : false;
  };
  const drop = async (key) => {
    const row = await holder();
    if (row) await turn("readwrite", (accounts, rows) => rows.delete([row.account, key]));
  };

  // --- Sending ---
  let csrf = () => JSON.parse(body.getAttribute("hx-headers") || "{}")["x-csrftoken"] || "";
  const ask = async (address, options = {}) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), TRY_FOR);
    try {
      const answer = await fetch(address, { credentials: "same-origin", cache: "no-store", redirect: "manual", signal: stop.signal, ...options });
      const isJson = (answer.headers.get("content-type") || "").includes("json");
      if (isJson && (answer.ok || answer.status === OTHER_ACCOUNT)) return await answer.json();
      return { state: answer.type === "opaqueredirect" || answer.status === 403 ? "signed-out" : "later" };
    } catch {
      return { state: "later" };
    } finally {
      clearTimeout(timer);
    }
  };
  const post = (row, entry, say) => {
    const data = new FormData();
    for (const [name, value] of entry.fields) data.append(name, value);
    for (const name of ["key", "session", "school", "what", "title", "day"]) data.set(name, entry[name]);
    if (say) data.set("say", "1");
    return ask(SEND, { method: "POST", body: data, headers: { "x-csrftoken": csrf(), "x-sendco-account": row.account } });
  };
  // One that the person has just saved and looks at: the server's own page answers a refusal.
  const sendNow = async (key) => {
    const one = (await waiting()).find((each) => each.key === key);
    const row = await holder();
    if (!one || !row || closing) return { state: "later" };
    const answer = await post(row, one.entry, true);
    if (answer.state === "kept") await drop(key);
    return answer;
  };
  // All that wait, one after the other: what is refused steps aside with its reason, what fails stays and comes again.
  const sendAll = () => alone(async () => {
    let left = 0;
    for (const one of await waiting()) {
      const row = await holder();
      if (closing || !row) return 1;
      if (one.reason) continue;
      const answer = await post(row, one.entry, false);
      if (closing) return 1;
      if (answer.state === "kept") await drop(one.key);
      else if (answer.state === "refused") await put(row, one.key, one.at, { entry: one.entry, reason: answer.words, there: answer.there });
      else if (answer.state === "later") left += 1;
      else return 0; // another account, or nobody, is signed in: it waits for its own
    }
    return left;
  });
  // Where nobody is signed in: sealed as they are. The server opens those of people who have left, and no others.
  const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  const sendSealed = (address) => alone(async () => {
    for (const one of await read("waiting")) {
      const data = new FormData();
      const { account, key, sealed } = one;
      for (const [name, value] of Object.entries({ account, key, name: sealed.name })) data.append(name, value);
      data.append("iv", base64(sealed.iv));
      data.append("text", base64(sealed.text));
      const answer = await ask(address, { method: "POST", body: data });
      if (answer.state === "kept") await turn("readwrite", (accounts, rows) => rows.delete([account, key]));
    }
  });
  let pause = 0;
  let timer = null;
  const sync = async () => {
    clearTimeout(timer);
    const left = await sendAll();
    await draw();
    pause = left ? Math.min((pause || 2500) * 2, 60000) : 0;
    if (left && !closing) timer = setTimeout(sync, pause);
    return left;
  };

  // --- The key and the day, from the server ---
  // Answers whether somebody is signed in: true, false, or null without a signal.
  const refill = async () => {
    const facts = await ask(FILL);
    if (!facts.keys) return facts.state === "later" ? null : false;
    const keys = {};
    for (const [name, text] of Object.entries(facts.keys)) {
      const raw = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      keys[name] = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
    }
    const row = { account: facts.account, signIn: facts.sign_in, keys, current: Object.keys(facts.keys)[0], filled: Date.now() };
    row.day = await seal(row, "day", facts.day);
    csrf = () => facts.csrf;
    await turn("readwrite", (accounts) => {
      accounts.getAll().onsuccess = (event) => {
        const rows = event.target.result;
        // This sign-in was ended here while the answer was under way: its key does not come back.
        if (closing || rows.some((one) => one.account === row.account && one.gone === row.signIn)) return;
        // On a shared tablet the one before has not signed out: their key and day go, what they logged stays sealed.
        for (const one of rows) if (one.account !== row.account && one.keys) accounts.put({ account: one.account, gone: one.signIn });
        accounts.put(row);
      };
    });
    return true;
  };
  const day = async () => {
    const row = await holder();
    return row?.day ? unseal(row, "day", row.day).catch(() => null) : null;
  };

  // --- Signing out ---
  const close = async () => {
    closing = true;
    clearTimeout(timer);
    await turn("readwrite", (accounts) => {
      accounts.getAll().onsuccess = (event) => {
        for (const row of event.target.result) if (row.keys) accounts.put({ account: row.account, gone: row.signIn, owes: true });
      };
    });
  };
  const paid = () => turn("readwrite", (accounts) => {
    accounts.getAll().onsuccess = (event) => {
      for (const row of event.target.result) if (row.owes) accounts.put({ account: row.account, gone: row.gone });
    };
  });
  const tellServer = async () => {
    const data = new FormData();
    data.append("csrfmiddlewaretoken", csrf());
    if (await count()) data.append("kept", "1");
    const answer = await fetch(body.dataset.signOut, { method: "POST", body: data, credentials: "same-origin", redirect: "manual", headers: { "x-csrftoken": csrf() } });
    if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error("not signed out");
    await paid().catch(() => {});
  };
  const signOut = async () => {
    if (!closing) await Promise.race([sync(), new Promise((done) => setTimeout(done, TRY_FOR / 2))]).catch(() => {});
    const left = await waiting();
    if (left.length && !(await agreed(left))) { closing = false; return; }
    await close();
    try {
      await tellServer();
      location.replace(body.dataset.signIn || "/accounts/login/");
    } catch {
      location.replace(body.dataset.day);
    }
  };
  const agreed = (left) => new Promise((done) => {
    const box = element("dialog", { "aria-labelledby": "left-title" },
      element("h2", { id: "left-title" }, `${number(left.length)} not sent`),
      element("p", {}, "They stay on this phone, sealed. Nobody else can open them; they go when you sign in here again."),
      element("ul", {}, ...left.map((one) => element("li", {}, `${one.entry.title}, ${one.entry.day}`))),
      element("p", { class: "form-actions" },
        element("button", { type: "button", class: "btn btn-primary", value: "out" }, "Sign out"),
        element("button", { type: "button", class: "btn btn-line", value: "" }, "Stay signed in")));
    box.addEventListener("click", (event) => { if (event.target.matches("button")) box.close(event.target.value); });
    box.addEventListener("close", () => { box.remove(); done(box.returnValue === "out"); });
    body.append(box);
    box.showModal();
  });

  // --- Showing what waits ---
  const element = (name, facts, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(facts)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const number = (many) => `${many} session${many === 1 ? " is" : "s are"}`;
  const line = (one) => {
    const away = element("button", { type: "button", class: "btn btn-quiet btn-sm" }, "Throw it away");
    away.addEventListener("click", async () => {
      if (away.dataset.asked) { await drop(one.key); await draw(); return; }
      away.dataset.asked = "1";
      away.textContent = "Throw it away for good?";
    });
    const text = element("span", {}, element("b", {}, one.entry.title), ` ${one.entry.day}. ${one.reason || ""} `);
    if (one.there && body.dataset.account) text.append(element("a", { href: one.there }, "See how it stands"), " ");
    return element("li", {}, text, away);
  };
  let isLasting = true;
  const draw = async () => {
    const place = document.getElementById("waiting");
    if (!place) return;
    const all = await waiting();
    const refused = all.filter((one) => one.reason);
    const well = all.filter((one) => !one.reason);
    const parts = [];
    if (well.length) {
      const words = [`${number(well.length)} kept on this phone and not sent yet. `, `${well.length === 1 ? "It goes by itself" : "They go by themselves"} when there is a signal.`];
      if (Date.now() - well[0].at > HOLDS_FOR) words.push(` The oldest waits since ${new Date(well[0].at).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" })}.`);
      if (!isLasting) words.push(" This browser may clear what waits when the phone runs short of space: open sendco with a signal soon.");
      parts.push(element("div", { class: "message message-soon" }, element("details", {}, element("summary", {}, ...words), element("ul", { class: "plain lines" }, ...well.map(line)))));
    }
    if (refused.length) {
      parts.push(element("div", { class: "message message-late" }, element("div", {},
        element("p", {}, `${refused.length} of your sessions need${refused.length === 1 ? "s" : ""} you: the server did not take ${refused.length === 1 ? "it" : "them"}.`),
        element("ul", { class: "plain lines" }, ...refused.map(line)))));
    }
    const open = place.querySelector("details")?.open;
    place.replaceChildren(...parts);
    if (open && place.querySelector("details")) place.querySelector("details").open = true;
    for (const mark of document.querySelectorAll("[data-session]")) {
      const one = well.find((each) => String(each.entry.session) === mark.dataset.session);
      let said = mark.querySelector(".waits");
      if (one && !said) mark.append(said = element("span", { class: "waits state state-wait" }, "Waits on this phone"));
      if (!one && said) said.remove();
    }
  };

  // --- A page of somebody who is signed in ---
  const begin = async () => {
    const mine = body.dataset.account;
    const rows = await read("accounts");
    const owed = rows.find((row) => row.account === mine && row.owes);
    if (owed && owed.gone === body.dataset.signedIn) {
      // They signed out while there was no signal, and the server does not know it yet.
      document.querySelector("main").replaceChildren();
      closing = true;
      await tellServer().catch(() => {});
      location.replace(body.dataset.signIn);
      return;
    }
    await draw();
    const row = rows.find((one) => one.account === mine);
    const isFresh = row && isOf(row) && row.signIn === body.dataset.signedIn && Date.now() - row.filled < REFRESH;
    if (!isFresh || location.pathname === body.dataset.day) await refill();
    isLasting = navigator.storage?.persist ? await navigator.storage.persist().catch(() => true) : true;
    await sync();
  };
  if (body.dataset.account && window.indexedDB && window.crypto?.subtle) {
    document.addEventListener("submit", (event) => {
      if (!event.target.matches(`form[action="${body.dataset.signOut}"]`)) return;
      event.preventDefault();
      signOut().catch(() => event.target.submit());
    });
    addEventListener("online", () => sync().catch(() => {}));
    begin().catch(() => {});
    navigator.serviceWorker?.register(body.dataset.worker).catch(() => {});
  }
  const sealed = document.querySelector("[data-sealed]");
  if (sealed && window.indexedDB) sendSealed(sealed.dataset.sealed).catch(() => {});
  return { keep, drop, sendNow, sync, waiting, count, day, holder, refill, close, draw, element };
})();
