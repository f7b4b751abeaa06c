/* report.html: everything on it comes from the JSON object that report.c wrote into it. */
import { h } from "./dom.js";
import { forgetCharts } from "./charts.js";
import { guide } from "./guide.js";
import { currentLanguage, moment, setLanguage, t } from "./language.js";
import { findings, headline, inputs, job, registerName, sentences, sides } from "./sections_input.js";
import { causes, contradictions, findingPlaces, places, quality } from "./sections_quality.js";
import { blocks, categories, clusters, expected, run, training, weights } from "./sections_match.js";

const data = JSON.parse(document.getElementById("data").textContent);
const sections = { headline, categories, causes, contradictions, inputs, quality, places, findings, finding_places: findingPlaces, clusters, blocks, weights, expected, training, guide, run };

function languageButton(language) {
  return h("button", { type: "button", lang: language, "data-language": language, "aria-pressed": String(currentLanguage() === language),
    onclick: () => { setLanguage(language); show(); } }, t(`language.${language}`));
}

function subject({ summary, title }) {
  return summary.links ? sides(summary).map((side) => registerName(side.schema)).join(" – ") : registerName(summary.schema, title);
}

function head() {
  return h("header", null,
    h("div", { class: "bar" }, languageButton("vi"), languageButton("en"), h("button", { type: "button", onclick: () => print() }, t("print"))),
    h("h1", null, t(`title.${job(data)}`)), h("p", { class: "subject" }, subject(data)),
    h("p", { class: "note" }, [data.summary.sources.map((source) => source.name).slice(0, 6).join(", "), t("made", moment(data.summary.run?.finished))].join(" · ")));
}

function contents(shown) {
  return h("nav", { "aria-label": t("contents") }, h("ol", null, shown.map(([name]) => h("li", null, h("a", { href: `#${name}` }, t(`section.${name}`))))));
}

function show() {
  forgetCharts();
  document.documentElement.lang = currentLanguage();
  document.title = `${t(`title.${job(data)}`)}: ${subject(data)}`;
  const shown = Object.entries(sections).map(([name, make]) => [name, make(data)]).filter(([, content]) => content);
  document.getElementById("report").replaceChildren(head(), sentences(data), contents(shown), ...shown.map(([name, content]) =>
    h("section", { id: name }, h("h2", null, t(`section.${name}`)), content)));
}

setLanguage(data.language);
show();
