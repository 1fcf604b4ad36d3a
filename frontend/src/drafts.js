// A form with data-draft keeps what is written on this device until it was sent; sent without a connection, it waits and goes once there is one.
const PREFIX = "manyuan-draft-";

function fields(form) {
  return [...form.elements].filter((one) => one.name && !["file", "hidden", "password"].includes(one.type) && one.name !== "answer" && one.name !== "website");
}

function keep(form) {
  const values = {};
  for (const one of fields(form)) if (one.type !== "checkbox" || one.checked) values[one.name] = one.value;
  values.key = form.elements.key?.value;
  try {
    localStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify(values));
  } catch {
    /* a full or closed store: the form itself still holds the text */
  }
}

function restore(form) {
  let values;
  try {
    values = JSON.parse(localStorage.getItem(PREFIX + form.dataset.draft) || "null");
  } catch {
    values = null;
  }
  if (!values || !values.text) return;
  for (const one of fields(form)) {
    if (!(one.name in values) || (one.value && one.type !== "checkbox")) continue;
    if (one.type === "checkbox") one.checked = true;
    else one.value = values[one.name];
  }
  if (values.key && form.elements.key) form.elements.key.value = values.key; // the same words sent twice are one demand
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  restore(form);
  form.addEventListener("input", () => keep(form));
  form.addEventListener("submit", (event) => {
    keep(form);
    if (navigator.onLine) {
      sessionStorage.setItem(PREFIX + "sent", form.dataset.draft);
      return;
    }
    event.preventDefault();
    const note = form.querySelector("[data-draft-note]");
    if (note) note.textContent = document.documentElement.lang.startsWith("zh") ? "现在没有网络：内容已保存在本机，恢复网络后自动提交。" : "No connection: it is kept on this device and is sent once there is one.";
    window.addEventListener("online", () => form.requestSubmit(), { once: true });
  });
}

// Sent: the page that follows is no form any more, so the draft goes.
const sent = sessionStorage.getItem(PREFIX + "sent");
if (sent && !document.querySelector(`form[data-draft="${CSS.escape(sent)}"]`)) {
  localStorage.removeItem(PREFIX + sent);
  sessionStorage.removeItem(PREFIX + "sent");
}
