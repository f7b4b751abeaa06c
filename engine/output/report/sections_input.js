/* What a run was given and the numbers it came to. Every section is a function of the data that gives elements, or null when the run has
 * nothing of the kind. */
import { h } from "./dom.js";
import { bars, colors, legend } from "./charts.js";
import { capital, count, fieldNames, inLanguage, isKnown, percent, share, t, tCode } from "./language.js";
import { table } from "./table.js";

/* Linked registers. */
export const sides = (summary) => summary.registers ?? [summary.left, summary.right];

const severityColors = { errors: colors.conflict, warnings: colors.review, infos: colors.match };
const ofSeverities = (kind) => Object.keys(severityColors).reduce((sum, severity) => sum + (kind[severity] ?? 0), 0);
export const findingCount = ({ summary }) => Object.values(summary.findings?.kinds ?? {}).reduce((sum, kind) => sum + ofSeverities(kind), 0);
export const job = ({ summary }) => (summary.links ? "link" : summary.clusters ? "dedupe" : "ids");

/* The register as people call it. */
export function registerName(schema, title) {
  return isKnown(`schema.${schema}`) ? t(`schema.${schema}`) : title || schema;
}

const merged = (summary) => summary.input.indexed - summary.clusters.records_in_them + summary.clusters.of_two_or_more;

/* ---- in one breath --------------------------------------------------------------------------------- */

export function sentences(data) {
  const { summary } = data, { input, pairs, clusters, links } = summary;
  const said = [];
  if (links) {
    said.push(...sides(summary).map((side) => t("sentence.link", registerName(side.schema), count(side.linked), count(side.indexed))));
    if (links.conflicts) said.push(t("sentence.conflicts", count(links.conflicts)));
  } else if (clusters) {
    said.push(t("sentence.dedupe", count(input.indexed), count(clusters.records_in_them), count(clusters.of_two_or_more), count(merged(summary))));
  }
  if (pairs?.review) said.push(t("sentence.review", count(pairs.review)));
  if (findingCount(data)) said.push(t("sentence.findings", count(findingCount(data))));
  if (input.rejected) said.push(t("sentence.rejected", count(input.rejected)));
  if (pairs?.not_compared) said.push(t("sentence.left_out", count(pairs.not_compared)));
  return h("p", { class: "said" }, said.join(" "));
}

/* ---- headline numbers -------------------------------------------------------------------------------- */

const card = (key, value, note, kind = "", name = t(`card.${key}`), number = "") => h("div", { class: `card ${kind}`, "data-card": key + number }, h("div", { class: "name" }, name),
  h("div", { class: "value" }, value), note && h("div", { class: "detail" }, note));

function matchCards({ summary: { pairs, expected } }) {
  return [
    pairs && card("review", count(pairs.review), t("card.review.note"), "review"),
    expected && card("precision", percent(expected.precision), t("card.precision.note", percent(expected.recall)), "good")];
}

function dedupeCards(data) {
  const { summary } = data, { clusters, pairs, input } = summary;
  return [
    card("clusters", count(clusters.of_two_or_more), t("card.clusters.note", count(clusters.records_in_them), count(clusters.largest))),
    card("entities", count(merged(summary)), t("card.entities.note", count(input.indexed - merged(summary)))),
    card("match", count(pairs.match), t("card.match.note", count(pairs.compared))), ...matchCards(data)];
}

function linkCards(data) {
  const { links, pairs } = data.summary;
  return [
    ...sides(data.summary).map((side, i) => card("side", share(side.linked, side.indexed), t("card.side.note", count(side.linked), count(side.indexed)), "",
      t("card.side", registerName(side.schema)), i)),
    card("links", count(links.links), t("card.match.note", count(pairs.compared))),
    card("conflicts", count(links.conflicts), t("card.conflicts.note", share(links.conflicts, links.links)), "conflict"), ...matchCards(data)];
}

function qualityCard(quality) {
  if (!quality) return null;
  const { usable = 0, needs_correction: correct = 0, unusable = 0 } = quality.groups;
  return card("usable", share(usable, usable + correct + unusable), t("card.usable.note", count(correct), count(unusable)), "good");
}

export function headline(data) {
  const { summary } = data, { input } = summary, found = findingCount(data);
  return h("div", { class: "cards" },
    card("rows", count(input.rows), t("card.rows.note", count(input.rejected))),
    job(data) === "link" ? linkCards(data) : job(data) === "dedupe" ? dedupeCards(data) : [],
    qualityCard(summary.quality),
    summary.findings ? card("findings", count(found), t("card.findings.note", count(summary.findings.records)), found ? "conflict" : "good") : null);
}

/* ---- what was compared -------------------------------------------------------------------------------- */

const sourceRows = (sources) => sources.map((source) => ({ ...source, charsets: source.charsets.join(", ") }));

function sourceTable({ summary: { sources } }) {
  return table("sources", [
    { key: "name", label: t("inputs.source"), code: true }, { key: "rows", label: t("inputs.rows") },
    { key: "rejected", label: t("inputs.rejected") }, { key: "charsets", label: t("inputs.charsets") }], sourceRows(sources));
}

function rejectTable({ summary: { input } }) {
  const rows = Object.entries(input.rejected_by_reason ?? {}).map(([code, value]) => ({ reason: tCode("reject", code), value }));
  if (!rows.length) return [];
  return [h("h3", null, t("inputs.reasons")), table("rejects", [{ key: "reason", label: t("inputs.reason") }, { key: "value", label: t("count") }], rows)];
}

function ruleTable({ summary: { blocking_rules: rules } }) {
  if (!rules?.length) return [];
  return [h("h3", null, t("inputs.rules")), h("p", { class: "note" }, t("inputs.rules.note")), table("rules", [
    { key: "rule", label: t("rules.rule"), show: fieldNames, wide: true }, { key: "rows", label: t("rules.rows") }, { key: "blocks", label: t("rules.blocks") },
    { key: "pairs_compared", label: t("rules.pairs") }, { key: "pairs_found_by_earlier_rules", label: t("rules.repeated") }], rules)];
}

export function inputs(data) {
  const { pairs } = data.summary;
  return [sourceTable(data), rejectTable(data),
    pairs && h("p", null, t("inputs.compared", count(pairs.compared), count(pairs.match), count(pairs.review))), ruleTable(data)].flat();
}

/* ---- findings ------------------------------------------------------------------------------------------ */

export function findings(data) {
  const found = Object.entries(data.summary.findings?.kinds ?? {}).map(([kind, counts]) => ({ kind, counts, value: ofSeverities(counts) }))
    .filter(({ value }) => value > 0).sort((a, b) => b.value - a.value);
  if (!found.length) return null;
  const severities = Object.keys(severityColors).filter((severity) => found.some(({ counts }) => counts[severity] > 0));
  const rows = found.map(({ kind, counts, value }) => ({ kind: tCode("finding", kind), ...counts, value,
    action: capital(inLanguage(data.fixes?.[kind])) }));
  return [
    bars(t("findings.total"), found.flatMap(({ kind, counts }) => severities.map((severity) =>
      ({ name: tCode("finding", kind), part: t(`severity.${severity}`), value: counts[severity] ?? 0, color: severityColors[severity] }))), { stacked: true }),
    legend(severities.map((severity) => [severityColors[severity], t(`severity.${severity}`)])),
    table("findings", [{ key: "kind", label: t("findings.kind"), wide: true }, { key: "value", label: t("count") },
      ...severities.length > 1 ? severities.map((severity) => ({ key: severity, label: t(`severity.${severity}`) })) : [],
      { key: "action", label: t("findings.action"), wide: true }], rows, "value"),
    h("p", { class: "note" }, t("findings.note"))];
}
