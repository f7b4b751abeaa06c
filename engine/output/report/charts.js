/* Charts, drawn by Observable Plot as SVG for the width they have; drawn again when that changes and for paper. */
import { axisX, axisY, barX, gridX, gridY, plot, rectY, ruleX, ruleY, text, tip, pointerX, stackX } from "@observablehq/plot";
import { h } from "./dom.js";
import { count, short, t } from "./language.js";

const paperWidth = 680; /* A4 between its margins, at the size of screen text */
export const colors = { match: "#1f4e8c", review: "#c27a00", other: "#9aa7b4", conflict: "#b3352a", good: "#2f7d4f" };
const drawn = new Set();

function frame(label, draw) {
  const box = h("div", { class: "chart", role: "img", "aria-label": label });
  const at = (width) => box.replaceChildren(draw(Math.max(260, Math.floor(width))));
  let width = 0;
  const observer = new ResizeObserver(([entry]) => {
    const next = Math.floor(entry.contentRect.width);
    if (next === width || next === 0) return;
    width = next;
    at(width);
  });
  observer.observe(box);
  drawn.add({ at, back: () => at(width || paperWidth) });
  return h("figure", null, box, h("figcaption", null, label));
}
export function forgetCharts() { drawn.clear(); }
addEventListener("beforeprint", () => { for (const chart of drawn) chart.at(paperWidth); });
addEventListener("afterprint", () => { for (const chart of drawn) chart.back(); });

const style = { fontFamily: "inherit", fontSize: "13px", background: "none", overflow: "visible" };
const maximum = (values) => values.reduce((most, value) => (value > most ? value : most), 0);

/* Horizontal bars. rows: [{name, value, color}], in their order; or with `part`, several rows of one name beside each other. */
export function bars(label, rows, { stacked = false } = {}) {
  const names = [...new Set(rows.map((row) => row.name))];
  const sums = names.map((name) => ({ name, value: rows.filter((row) => row.name === name).reduce((sum, row) => sum + row.value, 0) }));
  const longest = maximum(names.map((name) => name.length));
  return frame(label, (width) => {
    const left = Math.min(longest * 7.2 + 14, width * 0.45), lines = longest * 7.2 > left ? Math.ceil((longest * 7.2) / (left - 14)) : 1;
    return plot({
      width, style, marginLeft: left, marginRight: 70, marginTop: 6, marginBottom: 8,
      height: names.length * Math.max(28, lines * 16 + 6) + 14,
      x: { axis: null, domain: [0, maximum(sums.map((row) => row.value)) || 1] }, y: { domain: names, padding: 0.28, label: null },
      marks: [
        axisY({ tickSize: 0, lineWidth: (left - 14) / 13, label: null, fill: "currentColor" }),
        barX(rows, stacked ? stackX({ x: "value", y: "name", fill: (row) => row.color, title: (row) => `${row.part}: ${count(row.value)}` })
          : { x: "value", y: "name", fill: (row) => row.color ?? colors.match, title: (row) => `${row.name}: ${count(row.value)}` }),
        text(sums, { x: "value", y: "name", text: (row) => count(row.value), textAnchor: "start", dx: 5, fill: "currentColor", fontVariant: "tabular-nums" }),
        ruleX([0], { stroke: "#8793a0" })],
    });
  });
}

/* How many pairs have which weight. bins: [{from, to, value, color, name}]; `lines`: [{at, label}]. The scale is logarithmic: most pairs
 * are strangers. */
export function histogram(label, bins, lines) {
  const shown = bins.filter((bin) => bin.value > 0), most = maximum(shown.map((bin) => bin.value));
  return frame(label, (width) => plot({
    width, style, height: Math.min(340, Math.max(240, width * 0.42)), marginLeft: 52, marginRight: 12, marginTop: 34, marginBottom: 40,
    x: { domain: [bins[0].from, bins[bins.length - 1].to] }, y: { type: "log", domain: [0.8, most * 1.3 || 10], clamp: true },
    marks: [
      gridY({ ticks: 5, stroke: "#c9d1d9" }), axisY({ ticks: width < 500 ? 4 : 6, tickFormat: (value) => (Number.isInteger(Math.log10(value)) ? short(value) : ""), label: null, tickSize: 0 }),
      axisX({ ticks: width < 500 ? 5 : 10, label: t("weights.axis"), labelArrow: "none", labelAnchor: "center" }),
      rectY(shown, { x1: "from", x2: "to", y1: 0.8, y2: "value", fill: "color", insetLeft: 0.5, insetRight: 0.5 }),
      ruleX(lines, { x: "at", stroke: "currentColor", strokeDasharray: "4 3" }),
      text(lines, { x: "at", frameAnchor: "top", dy: -6, text: "label", lineAnchor: "bottom" }),
      tip(shown, pointerX({ x1: "from", x2: "to", y: "value", title: (bin) => bin.name }))],
  }));
}

/* Names of colours: [[colour, text], ...] */
export const legend = (entries) => h("ul", { class: "legend" }, entries.map(([color, name]) => h("li", null, h("span", { style: `background:${color}` }), name)));
