// Writing down a visit on a telephone: what is typed is kept on the device at once, saved captures wait in a queue and go out when the network is there.
// A capture has a number of its own, made here: sent twice it is one visit.
const box = document.getElementById("capture");
const form = document.getElementById("capture-form");
const texts = JSON.parse(document.getElementById("capture-texts").textContent);
const most = Number(box.dataset.most);
const LARGEST = 8 * 1024 * 1024;
const at = (id) => document.getElementById(id);
let known = null; // what the server told last: person, firms, surveys
let photos = []; // files of the capture that is being written
let key = number();
let sending = false;

function number() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // no randomUUID without https
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// --- the store of the device: `queue` by number, `kept` for what is typed and for what the server told
const store = new Promise((resolve, reject) => {
  const asked = indexedDB.open("manyuan-visits", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("queue", { keyPath: "key" });
    asked.result.createObjectStore("kept");
  };
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});
async function inside(name, mode, act) {
  const base = await store;
  return new Promise((resolve, reject) => {
    const work = base.transaction(name, mode);
    const asked = act(work.objectStore(name));
    work.oncomplete = () => resolve(asked?.result);
    work.onerror = work.onabort = () => reject(work.error);
  });
}
const keep = (name, value) => inside("kept", "readwrite", (rows) => rows.put(value, name));
const kept = (name) => inside("kept", "readonly", (rows) => rows.get(name));
const queued = () => inside("queue", "readonly", (rows) => rows.getAll());
const enqueue = (one) => inside("queue", "readwrite", (rows) => rows.put(one));
const dequeue = (one) => inside("queue", "readwrite", (rows) => rows.delete(one));

// --- what the server knows
async function learn() {
  try {
    const asked = new URLSearchParams(location.search).get("firm") || "";
    const answer = await fetch(box.dataset.data + (asked ? `?firm=${encodeURIComponent(asked)}` : ""), { credentials: "same-origin", cache: "no-store" });
    if (answer.status === 401) return say("login", "risk", (await answer.json()).login);
    if (!answer.ok) return shownState();
    known = await answer.json();
    const { token, ...rest } = known;
    await keep("known", rest);
    lists();
  } catch {
    // no network: what was learnt before stands
  }
  return shownState();
}

const firmOf = (name) => known?.firms.find((one) => one.name === name.trim() || one.uscc === name.trim().toUpperCase());

function lists() {
  const options = at("firms");
  options.replaceChildren(...(known?.firms || []).map((one) => {
    const option = document.createElement("option");
    option.value = one.name;
    option.label = [one.park, one.due && `${texts.due} ${one.due}`].filter(Boolean).join(" · ");
    return option;
  }));
  const institutes = form.elements.partner;
  const chosen = institutes.value;
  institutes.replaceChildren(new Option(texts.given, ""), ...(known?.institutes || []).map((one) => new Option(one.name, one.id)));
  institutes.value = chosen;
  const asked = new URLSearchParams(location.search).get("firm");
  const named = asked && known?.firms.find((one) => one.uscc === asked);
  if (named && !form.elements.firm.value) form.elements.firm.value = named.name;
  chosenFirm();
}

// --- the survey of the chosen firm, prefilled
let surveyFor = null;
function chosenFirm() {
  const firm = firmOf(form.elements.firm.value);
  at("firm-facts").textContent = firm ? [firm.park, firm.address, firm.state, firm.last].filter(Boolean).join(" · ") : "";
  if (surveyFor === (firm?.id ?? null)) return;
  surveyFor = firm?.id ?? null;
  const parts = (known?.surveys || []).filter((one) => firm && one.held[firm.id]).map((one) => survey(one, one.held[firm.id]));
  at("surveys").replaceChildren(...parts);
  at("survey-part").hidden = parts.length === 0;
}
function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}
function survey(one, held) {
  const rows = one.fields.map((field) => {
    const name = `survey:${one.form}:${field.key}`;
    const value = held.values[field.key] ?? "";
    const input = field.choices.length
      ? element("select", { class: "form-select", name })
      : element("input", { class: "form-control", name, ...(field.kind === "text" || field.kind === "date" ? {} : { inputmode: "decimal" }) });
    if (field.choices.length) input.append(new Option(texts.given, ""), ...field.choices.map(([code, text]) => new Option(text, code)));
    input.value = value;
    input.dataset.held = value;
    const note = field.note ? [element("span", { class: "small soft" }, field.note)] : [];
    return element("label", {}, `${field.name}${field.required ? " *" : ""}`, input, ...note);
  });
  const filled = Object.keys(held.values).length ? element("p", { class: "small soft" }, `${texts.prefilled} (${Object.keys(held.values).length})`) : "";
  return element("details", { class: "my-case" }, element("summary", {}, element("span", { class: "grow" }, `${one.name} · ${held.period}`)), filled, ...rows);
}

// --- what was found
function finding(given = {}) {
  const row = at("finding").content.cloneNode(true).firstElementChild;
  for (const [name, value] of Object.entries(given)) {
    const input = row.querySelector(`[data-of=${name}]`);
    if (input?.type === "checkbox") input.checked = Boolean(value);
    else if (input) input.value = value;
  }
  at("findings").append(row);
  fitting(row);
  return row;
}
function fitting(row) {
  const kind = row.querySelector("[data-of=kind]").value;
  for (const part of row.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== kind;
}
const findings = () => [...at("findings").children].map((row) => {
  const out = {};
  for (const input of row.querySelectorAll("[data-of]")) {
    if (input.closest("[data-for]")?.hidden) continue;
    out[input.dataset.of] = input.type === "checkbox" ? input.checked : input.value.trim();
  }
  return out;
}).filter((one) => one.text);

// --- photos
function choosePhotos(files) {
  const wrong = [...files].some((file) => file.size > LARGEST || !/^image\/(jpeg|png|webp)$/.test(file.type)) || photos.length + files.length > most;
  if (wrong) return note(texts.photos);
  photos.push(...files);
  return showPhotos();
}
function showPhotos() {
  at("photos").replaceChildren(...photos.map((file, place) => {
    const button = element("button", { type: "button", class: "btn btn-sm", "data-photo": place }, `${file.name || "photo"} ✕`);
    button.setAttribute("aria-label", `${texts.remove} ${file.name || ""}`);
    return button;
  }));
}

// --- one capture
function written() {
  const heard = {};
  for (const input of at("surveys").querySelectorAll("[name]")) {
    if (input.value.trim() === input.dataset.held) continue; // only what was changed goes out: the rest may be newer there
    const [, code, field] = input.name.split(":");
    (heard[code] ||= {})[field] = input.value.trim();
  }
  const values = Object.fromEntries(["firm", "on", "met", "text", "scene", "partner"].map((name) => [name, form.elements[name].value]));
  return { key, ...values, found: findings(), heard, photos };
}
function fill(one) {
  key = one.key;
  for (const name of ["firm", "on", "met", "text", "scene", "partner"]) form.elements[name].value = one[name] ?? "";
  at("findings").replaceChildren();
  (one.found || []).forEach(finding);
  photos = one.photos || [];
  showPhotos();
  surveyFor = undefined;
  chosenFirm();
  for (const [code, fields] of Object.entries(one.heard || {})) {
    for (const [field, value] of Object.entries(fields)) {
      const input = form.elements[`survey:${code}:${field}`];
      if (input) input.value = value;
    }
  }
  exchange();
}
function fresh() {
  key = number();
  form.reset();
  at("findings").replaceChildren();
  photos = [];
  showPhotos();
  surveyFor = undefined;
  form.elements.on.value = local();
  chosenFirm();
  exchange();
}
const local = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);
const exchange = () => { at("partner-part").hidden = form.elements.scene.value === "service"; };
const hold = () => keep(`draft:${known?.person?.id ?? 0}`, written()).catch(() => {});

async function save(event) {
  event.preventDefault();
  const one = written();
  const firm = firmOf(one.firm);
  if (!firm) return note(texts.choose);
  if (!one.text.trim() && !one.found.length && !Object.keys(one.heard).length) return note(texts.nothing);
  note("");
  await enqueue({ ...one, firm_id: firm.id, person: known.person.id, offline: !navigator.onLine, state: "waiting", fault: "", at: new Date().toISOString() });
  fresh();
  await hold();
  note(texts.saved, "good");
  await show();
  return send();
}

// --- sending
async function send() {
  if (sending) return;
  sending = true;
  try {
    const waiting = (await queued()).filter((one) => one.state === "waiting" && one.person === known?.person?.id);
    if (!waiting.length) return;
    if (!known?.token) await learn();
    if (!known?.token) return;
    for (const one of waiting) if (!(await sendOne(one))) break;
  } finally {
    sending = false;
    await show();
  }
}
async function sendOne(one) {
  const body = new FormData();
  const plain = { key: one.key, firm: one.firm_id, on: one.on, met: one.met, text: one.text, scene: one.scene, partner: one.partner, person: one.person, offline: one.offline ? "1" : "" };
  for (const [name, value] of Object.entries(plain)) body.append(name, value ?? "");
  body.append("found", JSON.stringify(one.found));
  body.append("heard", JSON.stringify(one.heard));
  for (const file of one.photos || []) body.append("photo", file, file.name || "photo.jpg");
  let answer;
  try {
    answer = await fetch(box.dataset.take, { method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": known.token } });
  } catch {
    shownState(false);
    return false; // no network: it waits
  }
  if (answer.status === 401 || (answer.status === 403 && !answer.headers.get("Content-Type")?.includes("json"))) {
    known.token = null; // signed out, or the token is an old one: learnt anew at the next try
    if (answer.status === 401) say("login", "risk", (await answer.json()).login);
    return false;
  }
  if (answer.status >= 500 || answer.status === 429) return false;
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) {
    await dequeue(one.key);
    const sent = (await kept("sent")) || [];
    await keep("sent", [{ firm: one.firm, on: one.on, url: said.url, faults: said.faults || [], person: one.person }, ...sent].slice(0, 10));
  } else {
    await enqueue({ ...one, state: "refused", code: said.code, fault: said.message || String(answer.status) });
  }
  return true;
}

// --- what is shown
function note(text, tone = "late") {
  const line = at("capture-note");
  line.textContent = text;
  line.className = tone === "good" ? "my-status good" : "my-fault";
  line.hidden = !text;
}
function say(name, tone, link = "") {
  const line = at("net");
  line.className = `my-status ${tone}`;
  line.replaceChildren(link ? element("a", { href: `${link}?next=${encodeURIComponent(location.pathname)}` }, texts[name]) : texts[name]);
  line.dataset.state = name;
}
function shownState(online = navigator.onLine) {
  if (at("net").dataset.state === "login" && !known?.token && online) return;
  say(online ? "online" : "offline", online ? "good" : "risk");
}
async function show() {
  const rows = await queued();
  const sent = ((await kept("sent")) || []).filter((one) => one.person === known?.person?.id);
  const waiting = rows.map((one) => {
    const mine = one.person === known?.person?.id;
    const line = element("div", { class: "my-evidence", "data-queued": one.key }, element("strong", {}, mine ? `${one.firm} · ${one.on}` : one.on), " ");
    line.append(element("span", { class: `my-status ${one.state === "refused" ? "late" : "risk"}` }, one.state === "refused" ? texts.refused : texts.waiting));
    if (one.fault) line.append(element("p", { class: "my-fault mb-1" }, one.fault));
    if (!mine) line.append(element("p", { class: "small soft mb-0" }, texts.other));
    else line.append(element("div", { class: "btn-list mt-1" },
      element("button", { type: "button", class: "btn btn-sm", "data-edit": one.key }, texts.again), element("button", { type: "button", class: "btn btn-sm", "data-drop": one.key }, texts.drop)));
    return line;
  });
  const gone = sent.map((one) => {
    const line = element("div", { class: "my-evidence" }, one.url ? element("a", { href: one.url }, `${one.firm} · ${one.on}`) : `${one.firm} · ${one.on}`, " ");
    line.append(element("span", { class: "my-status good" }, texts.sent));
    for (const fault of one.faults) line.append(element("p", { class: "my-fault mb-0" }, fault));
    return line;
  });
  at("queue").replaceChildren(...waiting, ...gone);
  if (!waiting.length && !gone.length) at("queue").replaceChildren(element("p", { class: "soft mb-0" }, texts.none));
  at("waiting").textContent = String(rows.filter((one) => one.state === "waiting").length);
}

form.addEventListener("submit", save);
form.addEventListener("input", (event) => {
  if (event.target.name === "firm") chosenFirm();
  if (event.target.name === "scene") exchange();
  if (event.target.dataset?.of === "kind") fitting(event.target.closest("[data-finding]"));
  hold();
});
at("photo-input").addEventListener("change", (event) => { choosePhotos(event.target.files); event.target.value = ""; hold(); });
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.id === "add-finding") finding({ at_once: true }).querySelector("[data-of=text]").focus();
  else if (button.matches("[data-take-away]")) { button.closest("[data-finding]").remove(); hold(); }
  else if (button.dataset.photo) { photos.splice(Number(button.dataset.photo), 1); showPhotos(); hold(); }
  else if (button.dataset.drop && window.confirm(texts.sure)) { await dequeue(button.dataset.drop); await show(); }
  else if (button.dataset.edit) {
    const one = (await queued()).find((row) => row.key === button.dataset.edit);
    if (!one) return;
    fill(one);
    if (one.code === "visits.key_taken") key = number();
    await dequeue(one.key);
    await hold();
    await show();
    form.scrollIntoView();
  }
});
window.addEventListener("online", () => { shownState(true); learn().then(send); });
window.addEventListener("offline", () => shownState(false));
document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
setInterval(send, 30000);

if ("serviceWorker" in navigator) navigator.serviceWorker.register(box.dataset.worker).catch(() => {});
(async () => {
  fresh();
  known = (await kept("known").catch(() => null)) || null;
  lists();
  await learn();
  const draft = await kept(`draft:${known?.person?.id ?? 0}`).catch(() => null);
  if (draft && (draft.text || draft.firm || draft.found?.length)) fill(draft);
  lists();
  shownState();
  await show();
  box.dataset.ready = "yes";
  await send();
})();
