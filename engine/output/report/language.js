/* The page's language: words, numbers, times. */
import { words as pageWords } from "./words.js";
import { qualityWords } from "./words_quality.js";
import { schemaWords } from "./words_schema.js";

const words = { ...pageWords, ...qualityWords, ...schemaWords };

const locales = { vi: "vi-VN", en: "en-GB" };
let language = "vi";

export const currentLanguage = () => language;
export function setLanguage(next) { language = next in locales ? next : "vi"; }

/* The words of a key, {0}, {1}, ... filled in. */
export function t(key, ...values) {
  const text = words[key]?.[language === "vi" ? 0 : 1] ?? key;
  return text.replace(/\{(\d)\}/g, (_, i) => values[i]);
}
/* One of a text's two: [Vietnamese, English]. */
export const inLanguage = (texts) => texts?.[language === "vi" ? 0 : 1] ?? "";
/* The words of a code that a schema or a later version may have made up: then the code itself. */
export const tCode = (group, code) => (`${group}.${code}` in words ? t(`${group}.${code}`) : String(code).replaceAll("_", " "));
export const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
/* "ho_ten.given+ngay_sinh" as "Họ tên (tên) + ngày sinh"; one with a field that is not known stays as it is. */
export function fieldNames(names) {
  const parts = names.split("+").map((name) => {
    const [, field, part, digits] = /^([^.]+)(?:\.([a-z_]+)(\d*))?$/.exec(name) ?? [];
    if (!isKnown(`field.${field}`) || (part && !isKnown(`part.${part}`))) return null;
    return t(`field.${field}`) + (part ? ` (${digits ? `${digits} ` : ""}${t(`part.${part}`)})` : "");
  });
  if (parts.includes(null)) return names;
  return capital(parts.join(" + "));
}
export const isKnown = (key) => key in words;

const format = (value, options) => new Intl.NumberFormat(locales[language], options).format(value);
export const count = (value) => format(Math.round(value ?? 0), {});
export const decimal = (value, digits = 1) => format(value ?? 0, { maximumFractionDigits: digits });
export const short = (value) => format(value ?? 0, { notation: "compact", maximumFractionDigits: 1 });
export const percent = (share, digits = 2) => format(share ?? 0, { style: "percent", maximumFractionDigits: digits });
export const share = (part, whole) => (whole > 0 ? percent(part / whole, 1) : "–");
export const small = (value) => (value > 0 && value < 0.001 ? value.toExponential(2).replace(".", language === "vi" ? "," : ".") : decimal(value, 4));
export const seconds = (value) => (value < 60 ? `${decimal(value)} ${t("unit.seconds")}`
  : `${count(Math.floor(value / 60))} ${t("unit.minutes")} ${count(Math.round(value % 60))} ${t("unit.seconds")}`);
export const bytes = (value) => (value < 2 ** 30 ? `${count(value / 2 ** 20)} MiB` : `${decimal(value / 2 ** 30)} GiB`);

/* 2026-11-27T09:05:00+07:00 as its own clock shows it, wherever it is read. */
export function moment(text) {
  const part = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+)/.exec(text ?? "");
  if (!part) return "";
  const [, year, month, day, hour, minute] = part;
  return language === "vi" ? `${hour} giờ ${minute}, ngày ${day}/${month}/${year}` : `${day}/${month}/${year}, ${hour}:${minute}`;
}
