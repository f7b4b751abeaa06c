/* Tables that sort by a click on a column's head. Long ones show their first rows until asked. */
import { h } from "./dom.js";
import { count, currentLanguage, decimal, t } from "./language.js";

const rowsShown = 15;
const columnsOnPhone = 3; /* of more a row becomes a block of lines there (page.css) */

function compare(left, right) {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left ?? "").localeCompare(String(right ?? ""), currentLanguage(), { numeric: true });
}

const show = (column, value) => (column.show ? column.show(value) : typeof value === "number" ? (Number.isInteger(value) ? count(value) : decimal(value, 3))
  : value ?? "");

function cells(column, row, first) {
  const value = row[column.key];
  const classes = [typeof value === "number" && !column.text && "number", column.code && "code", column.wide && "wide"].filter(Boolean).join(" ");
  return h(first ? "th" : "td", { class: classes || null, scope: first ? "row" : null, "data-label": first ? null : column.label }, show(column, value));
}

/* columns: [{key, label, show, code, wide}]; rows: objects. `sorted`: the key by which the rows already stand, descending; `first`: rows shown until asked. */
export function table(name, columns, rows, sorted = null, first = rowsShown) {
  let order = { key: sorted, ascending: false }, all = rows.length <= first + 5, current = rows;
  const isNumber = (column) => rows.some((row) => typeof row[column.key] === "number") && !column.text;
  const body = h("tbody"), heads = new Map(), more = h("button", { type: "button", class: "more", onclick: () => { all = true; fill(); } });
  const onPaper = h("p", { class: "note paper" }, t("table.first", first, count(rows.length)));

  function fill() {
    body.replaceChildren(...(all ? current : current.slice(0, first)).map((row) => h("tr", null, columns.map((c, i) => cells(c, row, i === 0)))));
    more.textContent = all ? "" : t("table.more", count(rows.length));
    more.hidden = onPaper.hidden = all;
    for (const [key, head] of heads) head.setAttribute("aria-sort", key !== order.key ? "none" : order.ascending ? "ascending" : "descending");
  }
  function sort(column) {
    const ascending = order.key === column.key ? !order.ascending : !isNumber(column);
    order = { key: column.key, ascending };
    current = [...rows].sort((a, b) => (ascending ? 1 : -1) * compare(a[column.key], b[column.key]));
    fill();
  }
  for (const column of columns) {
    heads.set(column.key, h("th", { scope: "col", class: isNumber(column) ? "number" : null },
      h("button", { type: "button", title: t("table.sort"), onclick: () => sort(column) }, column.label),
      h("span", { class: "paper" }, column.label))); /* where a head is printed again on the next page browsers leave buttons empty */
  }
  fill();
  return h("div", { class: "scroll" }, h("table", { id: `table-${name}`, class: columns.length > columnsOnPhone ? "many" : null }, h("thead", null, h("tr", null, [...heads.values()])), body), more, onPaper);
}

/* Names and values, a line each. */
export const facts = (lines) => h("dl", { class: "facts" }, lines.filter(Boolean).map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));
