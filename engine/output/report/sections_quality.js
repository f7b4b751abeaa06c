/* How good the data are, where, and who corrects what. */
import { h } from "./dom.js";
import { bars, colors, legend } from "./charts.js";
import { capital, count, fieldNames, isKnown, percent, t, tCode } from "./language.js";
import { table } from "./table.js";

const groupColors = { usable: colors.good, needs_correction: colors.review, unusable: colors.conflict };
const groups = Object.keys(groupColors);
const groupLegend = () => legend(groups.map((group) => [groupColors[group], t(`quality.${group}`)]));
const groupRows = (name, counts) => groups.map((group) => ({ name, part: t(`quality.${group}`), value: counts[group] ?? 0, color: groupColors[group] }));
const groupColumns = () => groups.map((group) => ({ key: group, label: t(`quality.${group}`) }));

/* "so_dinh_danh:lost_zero", or the code of a finding. */
function reasonRow([code, value]) {
  const [field, word] = code.includes(":") ? code.split(":") : ["", code];
  return { field: field && fieldNames(field), reason: capital(isKnown(`word.${word}`) ? t(`word.${word}`) : tCode("finding", word)), value };
}

function registerTable(registers) {
  if (!registers || registers.length < 2) return [];
  return [table("registers", [{ key: "register", label: t("quality.register"), code: true }, ...groupColumns()], registers)];
}

/* Fields that a register has no column for. */
const unasked = (registers) => (registers ?? []).filter((one) => one.fields_without_column?.length).map((one) =>
  h("p", { class: "note" }, `${one.register}: ${t("quality.without", one.fields_without_column.map((f) => fieldNames(f).toLowerCase()).join(", "))}`));

export function quality({ summary: { quality: found } }) {
  if (!found) return null;
  const total = groups.reduce((sum, group) => sum + (found.groups[group] ?? 0), 0);
  const fails = Object.entries(found.fails ?? {}).map(([name, value]) => ({ name: tCode("quality", name), value, color: colors.review }));
  const reasons = Object.entries(found.reasons ?? {}).map(reasonRow);
  return [
    table("groups", [{ key: "name", label: t("quality.group") }, { key: "value", label: t("count") }, { key: "share", label: t("share"), show: (part) => percent(part, 1) }],
      groups.map((group) => ({ name: t(`quality.${group}`), value: found.groups[group] ?? 0, share: (found.groups[group] ?? 0) / (total || 1) }))),
    registerTable(found.registers), unasked(found.registers),
    fails.some((row) => row.value > 0) ? bars(t("quality.dimensions"), fails) : [],
    reasons.length ? [h("h3", null, t("quality.reasons")), table("reasons_of_quality", [{ key: "reason", label: t("quality.reason"), wide: true },
      { key: "field", label: t("quality.field") }, { key: "value", label: t("count") }], reasons, "value")] : [],
    h("p", { class: "note" }, t("quality.note"))].flat(2);
}

export function places({ summary: { quality_places: found } }) {
  if (!found?.length) return null;
  const rows = found.map((place) => ({ ...place, name: place.name || t("places.unknown"), share: place.records ? place.usable / place.records : 0 }));
  const shown = [...rows].sort((a, b) => b.records - a.records).slice(0, 34);
  return [
    bars(t("places.label"), shown.flatMap((place) => groupRows(place.name, place)), { stacked: true }), groupLegend(),
    table("places", [{ key: "name", label: t("places.place") }, { key: "records", label: t("places.records") }, ...groupColumns(),
      { key: "share", label: t("places.share"), show: (part) => percent(part, 1) }], shown, "records")];
}

/* ---- records with findings, by place ------------------------------------------------------------------------ */

const kindsShown = 2, provincesShown = 15, rowsAtFirst = 8;

/* "Số định danh ..." with its count, the most frequent first. */
function mostKinds(kinds) {
  const sorted = Object.entries(kinds).sort((a, b) => b[1] - a[1]);
  return sorted.slice(0, kindsShown).map(([kind, value]) => `${tCode("finding", kind)}: ${count(value)}`).join("; ") + (sorted.length > kindsShown ? "; …" : "");
}

const mapName = (map) => (map ? t(`places.map.${map}`) : "");

function findingTable(level, { listed, with_findings: all }) {
  if (!listed.length || (listed.length === 1 && !listed[0].code)) return [];
  const rows = listed.map((place) => ({ ...place, name: place.name || t("places.unknown"), map: mapName(place.map), share: place.with_findings / place.records, kinds: mostKinds(place.kinds) }));
  return [h("h3", null, t(`finding_places.${level}`)), table(`finding_${level}`, [{ key: "name", label: t("finding_places.place"), wide: true },
    level === "communes" && { key: "map", label: t("places.map") }, { key: "with_findings", label: t("finding_places.found") }, { key: "records", label: t("places.records") },
    { key: "share", label: t("share"), show: (part) => percent(part, 1) }, { key: "kinds", label: t("finding_places.kinds"), wide: true }].filter(Boolean), rows, "with_findings", rowsAtFirst),
  all > listed.length ? h("p", { class: "note" }, t("finding_places.more", count(listed.length), count(all))) : []].flat();
}

export function findingPlaces({ summary: { findings: found } }) {
  const levels = found?.places;
  if (!levels?.provinces.listed.some((place) => place.code)) return null;
  const shown = levels.provinces.listed.slice(0, provincesShown);
  return [
    shown.length > 1 ? bars(t("finding_places.label"), shown.map((place) => ({ name: place.name || t("places.unknown"), value: place.with_findings, color: colors.conflict }))) : [],
    Object.entries(levels).map(([level, of]) => findingTable(level, of)), h("p", { class: "note" }, t("finding_places.note"))].flat(2);
}

/* ---- links whose records disagree, by cause ----------------------------------------------------------------- */

const causeName = (cause) => capital(cause.split(";").map((one) => tCode("cause", one)).join("; "));

export function causes({ summary: { disagreements: found } }) {
  if (!found?.links) return null;
  const rows = found.by_cause.map(({ cause, links }) => ({ name: causeName(cause), value: links }));
  return [
    h("p", null, t("causes.links", count(found.links))),
    bars(t("causes.label"), rows.slice(0, 12)),
    table("causes", [{ key: "name", label: t("causes.cause"), wide: true }, { key: "value", label: t("categories.links.count") }], rows, "value"),
    h("p", { class: "note" }, t("causes.note"))];
}

/* ---- who corrects what ------------------------------------------------------------------------------------ */

const loads = (found, name) => Object.entries(found ?? {}).map(([key, load]) => ({ name: name(key), ...load }))
  .sort((a, b) => b.to_correct + b.to_verify - a.to_correct - a.to_verify);
const loadColumns = (label) => [{ key: "name", label, wide: true }, { key: "to_correct", label: t("contradictions.to_correct") },
  { key: "to_verify", label: t("contradictions.to_verify") }];

export function contradictions({ summary: { contradictions: found } }) {
  if (!found?.entities) return null;
  const agencies = loads(found.by_agency, (name) => tCode("agency", name)), fields = loads(found.by_field, fieldNames);
  const parts = { to_correct: colors.conflict, to_verify: colors.review };
  return [
    h("p", null, t("contradictions.entities", count(found.entities), count(found.fields_of_entities))),
    bars(t("contradictions.label"), agencies.flatMap((load) => Object.entries(parts).map(([part, color]) =>
      ({ name: load.name, part: t(`contradictions.${part}`), value: load[part], color }))), { stacked: true }),
    legend(Object.entries(parts).map(([part, color]) => [color, t(`contradictions.${part}`)])),
    table("agencies", loadColumns(t("contradictions.agency")), agencies, null),
    table("fields", loadColumns(t("contradictions.field")), fields, null),
    h("p", { class: "note" }, t("contradictions.note"))];
}
