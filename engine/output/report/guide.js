/* What to do with the result, and what the words mean. */
import { h } from "./dom.js";
import { count, t } from "./language.js";
import { findingCount, job } from "./sections_input.js";

function steps(data) {
  const { pairs, links, input, clusters } = data.summary, found = findingCount(data);
  return [
    found && t("guide.todo.findings", count(found)),
    links?.conflicts && t("guide.todo.conflicts", count(links.conflicts)),
    pairs?.review && (links ? t("guide.todo.review_links", count(pairs.review), "links.csv") : t("guide.todo.review", count(pairs.review), "pairs.csv")),
    job(data) === "dedupe" && clusters.of_two_or_more && t("guide.todo.merge"),
    input.rejected && t("guide.todo.rejected", count(input.rejected))].filter(Boolean);
}

export function guide(data) {
  const todo = steps(data), terms = job(data) === "ids" ? [] : ["match", "review", "cluster", "probability", "weight", "precision"];
  return [
    todo.length ? [h("h3", null, t("guide.todo")), h("ol", null, todo.map((step) => h("li", null, step)))] : [],
    terms.length ? [h("h3", null, t("guide.terms")), h("dl", { class: "facts guide" },
      terms.map((term) => h("div", null, h("dt", null, t(`guide.${term}`)), h("dd", null, t(`guide.${term}.text`)))))] : []].flat();
}
