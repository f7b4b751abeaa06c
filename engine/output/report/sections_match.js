/* What matching found, how sure it is, and how it came about. */
import { h } from "./dom.js";
import { bars, colors, histogram, legend } from "./charts.js";
import { bytes, capital, count, decimal, fieldNames, percent, seconds, small, t, tCode } from "./language.js";
import { registerName, sides } from "./sections_input.js";
import { facts, table } from "./table.js";

/* ---- linked registers ----------------------------------------------------------------------------------- */

function fateRows(summary) {
  const colorOf = { linked: colors.match, for_review: colors.review, unlinked: colors.other };
  return sides(summary).flatMap((side, i) => Object.entries(colorOf).map(([key, color]) =>
    ({ name: t("categories.side", i + 1, registerName(side.schema)), part: t(`categories.${key}`), value: side[key], color })));
}

export function categories({ summary }) {
  const { links } = summary;
  if (!links) return null;
  return [
    bars(t("categories.label"), fateRows(summary), { stacked: true }),
    legend([[colors.match, t("categories.linked")], [colors.review, t("categories.for_review")], [colors.other, t("categories.unlinked")]]),
    table("categories", [{ key: "name", label: t("categories.links") }, { key: "value", label: t("count") }], [
      { name: t("category.match"), value: links.links - links.conflicts }, { name: t("category.conflict"), value: links.conflicts },
      { name: t("category.review"), value: links.for_review }]),
    facts([[t("categories.kind"), t(`link.kind.${links.kind}`)], [t("categories.given_up"), count(links.matching_pairs_given_up)],
      [t("categories.ties"), count(links.ties)]]),
    h("p", { class: "note" }, t("categories.files"))];
}

/* ---- clusters -------------------------------------------------------------------------------------------- */

function sizeChart(sizes) {
  const rows = sizes.map(({ records, over, clusters }) => ({ name: t(over ? "clusters.size_over" : "clusters.size", count(records)), value: clusters }));
  return rows.length ? bars(t("clusters.sizes"), rows) : null;
}

function largestTable(largest) {
  if (!largest?.length) return [];
  const rows = largest.map((cluster) => ({ ...cluster, ids: cluster.record_ids.join(", ") + (cluster.records > cluster.record_ids.length ? ", …" : "") }));
  return [h("h3", null, t("clusters.largest")), h("p", { class: "note" }, t("clusters.largest.note")), table("clusters", [
    largest.some((cluster) => cluster.cluster_id) && { key: "cluster_id", label: t("clusters.id"), code: true, text: true }, { key: "records", label: t("clusters.records") },
    largest.some((cluster) => "confidence" in cluster) && { key: "confidence", label: t("clusters.confidence"), show: (value) => decimal(value, 3) },
    { key: "ids", label: t("clusters.ids"), code: true, wide: true }].filter(Boolean), rows, "records")];
}

export function clusters({ summary, cluster_sizes: sizes, largest_clusters: largest }) {
  if (!summary.clusters?.of_two_or_more) return null;
  return [sizeChart(sizes ?? []), largestTable(largest),
    summary.clusters.components_parted ? h("p", { class: "note" }, t("clusters.parted", count(summary.clusters.components_parted))) : null].flat();
}

/* ---- blocks ---------------------------------------------------------------------------------------------- */

export function blocks({ summary }) {
  const split = (summary.blocking_rules ?? []).filter((rule) => rule.blocks_split || rule.blocks_windowed || rule.pairs_not_compared);
  if (!split.length) return null;
  const largest = summary.largest_blocks.map((block) => ({ ...block, split: t(block.split ? "yes" : "no") }));
  return [h("p", { class: "note" }, t("blocks.note")), table("split", [
    { key: "rule", label: t("rules.rule"), show: fieldNames, wide: true }, { key: "blocks_split", label: t("blocks.split") }, { key: "blocks_windowed", label: t("blocks.windowed") },
    { key: "pairs_parted_by_splitting", label: t("blocks.parted") }, { key: "pairs_not_compared", label: t("blocks.left_out") }], split),
  h("h3", null, t("blocks.largest")), table("blocks", [
    { key: "rule", label: t("rules.rule"), show: fieldNames, wide: true }, { key: "rows", label: t("blocks.rows") }, { key: "split", label: t("blocks.was_split") },
    { key: "pairs_not_compared", label: t("blocks.left_out") }, { key: "first_record_id", label: t("blocks.first"), code: true, text: true }], largest, "rows")];
}

/* ---- weights ---------------------------------------------------------------------------------------------- */

const barsMost = 56;

/* So many bins as one bar that bars stay wide enough; a bar begins at the match threshold. */
function coarser({ first, step, match, pairs }) {
  const together = Math.max(1, Math.ceil(pairs.length / barsMost)), ahead = (together - (match % together)) % together;
  const sums = Array(Math.ceil((pairs.length + ahead) / together)).fill(0);
  pairs.forEach((value, i) => { sums[Math.floor((i + ahead) / together)] += value; });
  return { first: first - ahead * step, step: step * together, match: (match + ahead) / together, pairs: sums };
}

function weightBins({ first, step, match, pairs }, review) {
  const last = pairs.length - 1;
  return pairs.map((value, i) => {
    const from = first + i * step, to = from + step, kind = i >= match ? "match" : to > review ? "review" : "other";
    const words = i === 0 ? "weights.bin.first" : i === last && last >= match ? "weights.bin.last" : "weights.bin";
    return { from, to, value, kind, color: colors[kind], name: t(words, decimal(from), decimal(to), count(value)) };
  });
}

const logOdds = (probability) => Math.log2(probability / (1 - probability));

function reasonTable({ summary: { reasons } }) {
  if (!reasons?.length) return [];
  return [h("h3", null, t("reasons.title")), table("reasons", [
    { key: "reason", label: t("reasons.reason"), show: (reason) => capital(tCode("reason", reason)) }, { key: "comparison", label: t("reasons.comparison"), show: fieldNames }, { key: "pairs", label: t("count") }], reasons)];
}

export function weights(data) {
  const { weights: counted, summary: { model } } = data;
  if (!counted?.pairs.some((pairs) => pairs > 0)) return null;
  const review = logOdds(model.review_threshold), at = counted.first + counted.match * counted.step;
  const lines = [{ at, label: t("weights.threshold.match") }];
  return [
    histogram(t("weights.label"), weightBins(coarser(counted), review), lines),
    legend(["other", "review", "match"].map((kind) => [colors[kind], t(`weights.${kind}`)])),
    h("p", { class: "note" }, [t("weights.note"), counted.sampled ? t("weights.sampled") : ""].join(" ")), reasonTable(data)].flat();
}

/* ---- expected errors ---------------------------------------------------------------------------------------- */

export function expected({ summary: { expected: e } }) {
  if (!e) return null;
  const row = (what, range) => ({ what: t(`expected.${what}`), ...range });
  const whole = (value) => count(value);
  return [
    table("errors", [{ key: "what", label: t("expected.what"), wide: true }, { key: "estimate", label: t("expected.estimate"), show: whole },
      { key: "low", label: t("expected.low"), show: whole }, { key: "high", label: t("expected.high"), show: whole }],
    [row("wrong", e.wrong_matches), row("missed", e.missed_matches)]),
    facts([[t("expected.precision"), percent(e.precision)], [t("expected.recall"), percent(e.recall)]]),
    h("p", { class: "note" }, e.checked_pairs >= 1 ? t("expected.checked", count(e.checked_pairs), fieldNames(e.checked_by).toLowerCase()) : t("expected.unchecked")),
    e.target_reached ? null : h("p", null, t("expected.missed_target"))];
}

/* ---- the model and the run ------------------------------------------------------------------------------------ */

export function training({ summary: { model } }) {
  if (!model) return null;
  const correlated = model.correlated.map((pair) => `${fieldNames(pair.comparisons.join("+"))} (${decimal(pair.overstated_bits)} bit)`).join("; ");
  return facts([
    [t("training.state"), t(`training.${model.training.replaceAll(" ", "_")}`)],
    model.em_iterations > 0 && [t("training.iterations"), count(model.em_iterations)],
    model.training_matches > 0 && [t("training.matches"), count(model.training_matches)],
    model.training_pairs > 0 && [t("training.pairs"), `${count(model.training_pairs)}; ${count(model.random_pairs)}`],
    [t("training.prior"), small(model.prior)],
    [t("training.thresholds"), `${decimal(model.match_threshold, 3)}; ${decimal(model.review_threshold, 3)}`],
    correlated && [t("training.correlated"), correlated]]);
}

export function run({ summary, title }) {
  const { run: took } = summary;
  return [facts([
    [t("run.version"), summary.khop], [t("run.schema"), `${registerName(summary.schema, title)} (${summary.schema})`],
    [t("run.hashes"), `${summary.schema_hash}, ${summary.input_hash}`], summary.seed !== undefined && [t("run.seed"), String(summary.seed)],
    took && [t("run.time"), t("run.time.value", seconds(took.seconds), took.threads, took.simd)], took && [t("run.memory"), bytes(took.peak_memory_bytes)]]),
  h("p", { class: "note" }, t("run.privacy"))];
}
