// Every page: htmx, the menu's behaviour, and small manners (remembered menus, confirmations, table keyboard).
import htmx from "htmx.org";
import "@tabler/core/dist/js/tabler.min.js";

import "./drafts.js";
import "./small-tables.js";

window.htmx = htmx;
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;

// Every htmx request carries the CSRF token of the page.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("meta[name=csrf-token]")?.content;
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
});

// A failed request says so where the user looks; nothing is silently lost.
document.addEventListener("htmx:responseError", (event) => announce(event.detail.xhr.status));
document.addEventListener("htmx:sendError", () => announce(0));
function announce(status) {
  const box = document.getElementById("request-failed");
  if (!box) return;
  box.querySelector("[data-status]").textContent = status || "";
  box.hidden = false;
}

// Controls that send their form as soon as they change (filters, page size).
document.addEventListener("change", (event) => {
  const control = event.target.closest("[data-autosubmit]");
  if (control) control.form.requestSubmit();
});

// Buttons that ask before they act.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// The menu on narrow screens.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-menu]");
  if (!button) return;
  const menu = document.getElementById(button.getAttribute("aria-controls"));
  button.setAttribute("aria-expanded", String(menu.classList.toggle("show")));
});

// Print.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A file chosen shows its name and size at once.
document.addEventListener("change", (event) => {
  const input = event.target.closest("input[type=file][data-chosen]");
  if (!input) return;
  const out = document.getElementById(input.dataset.chosen);
  const file = input.files[0];
  if (out) out.textContent = file ? `${file.name} · ${(file.size / 1024).toFixed(0)} KB` : "";
});

// One more line of a form, and one fewer; the checker hears of it.
document.addEventListener("click", (event) => {
  const add = event.target.closest("[data-add]");
  if (add) {
    const row = document.getElementById(add.dataset.add).content.cloneNode(true);
    const list = document.getElementById(add.dataset.to);
    list.appendChild(row);
    list.lastElementChild.querySelector("input:not([type=hidden])")?.focus();
  }
  const remove = event.target.closest("[data-remove]");
  if (remove) {
    const form = remove.closest("form");
    remove.closest(remove.dataset.remove).remove();
    form?.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

// A case that the address names is open.
const named = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
if (named instanceof HTMLDetailsElement) named.open = true;

// A template is written into the note of its form; what was written by hand stays before it.
document.addEventListener("change", (event) => {
  const chosen = event.target.closest("[data-fills]");
  const note = chosen && chosen.form.elements[chosen.dataset.fills];
  if (!note || !chosen.value) return;
  note.value = note.value.trim() ? `${note.value.trim()}\n${chosen.value}` : chosen.value;
  chosen.value = "";
  note.focus();
  const start = note.value.search(/[［[]/);
  if (start >= 0) note.setSelectionRange(start, note.value.slice(start).search(/[］\]]/) + start + 1);
});
