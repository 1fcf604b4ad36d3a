// Small tables of a page: the titles sort, and a table of a dozen rows or more can be searched. Long lists do both on the server.
const words = document.documentElement.lang.startsWith("zh") ? { search: "搜索" } : { search: "Search" };

function valueOf(cell) {
  const text = cell?.dataset.value || cell?.textContent.trim().replace(/\s+/g, " ") || "";
  const number = Number(text.replace(/,/g, "").match(/^[+-]?\d+(\.\d+)?/)?.[0] ?? NaN);
  return { text, number: cell?.dataset.value || cell?.classList.contains("num") ? number : NaN };
}

// What is missing stands last, whichever way it is sorted; numbers by size, texts as the language orders them.
function compare(one, other, down) {
  const gone = (found) => found.text === "" || found.text === "–";
  if (gone(one) || gone(other)) return gone(one) - gone(other);
  const found = Number.isNaN(one.number) || Number.isNaN(other.number) ? one.text.localeCompare(other.text, document.documentElement.lang) : one.number - other.number;
  return down ? -found : found;
}

function sort(table, head, at) {
  const down = head.getAttribute("aria-sort") === "ascending";
  table.tHead.querySelectorAll("[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows].map((row) => ({ row, value: valueOf(row.cells[at]) }));
  rows.sort((one, other) => compare(one.value, other.value, down)).forEach(({ row }) => table.tBodies[0].append(row));
}

function sortable(table) {
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    if (!head.textContent.trim() || head.querySelector("a, input, select, button")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "my-sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(table, head, at));
  });
}

function searchable(table) {
  const box = document.createElement("input");
  Object.assign(box, { type: "search", className: "form-control form-control-sm my-find no-print", placeholder: words.search, ariaLabel: words.search });
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLocaleLowerCase();
    for (const row of table.tBodies[0].rows) row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
  });
  (table.closest(".table-responsive") || table).before(box);
}

for (const table of document.querySelectorAll("table[data-export], table[data-exported]")) {
  const rows = table.tBodies[0]?.rows.length || 0;
  if (!table.tHead || table.tBodies.length !== 1 || table.querySelector("[rowspan], [colspan]") || rows < 2) continue;
  sortable(table);
  if (rows >= 12) searchable(table);
}
