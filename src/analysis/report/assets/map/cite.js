/* Papers as a list of citations: BibTeX, RIS or Markdown. What a source does not tell is left out. */
import * as Common from "../common.js";
import * as Data from "./data.js";
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const ARXIV = /^(\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?\/\d{7})$/;
const MOST_NAMED = 3;
const TEX = {
  "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "%": "\\%", "&": "\\&", "#": "\\#", $: "\\$",
  _: "\\_", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
};

const oneLine = (text) => text.replace(/[\s\p{Cc}]+/gu, " ").trim();
const forTex = (text) => oneLine(text).replace(/[\\{}%&#$_~^]/g, (mark) => TEX[mark]);
const forMarkdown = (text) => oneLine(text).replace(/[\\`*_{}[\]<>()#+!|~$&-]/g, "\\$&");
/* In the address of a Markdown link. */
const address = (url) => encodeURI(decoded(url)).replace(/[()]/g, (mark) => (mark === "(" ? "%28" : "%29"));

function decoded(url) {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

/* What a citation says of a paper. */
function facts(data, row) {
  const { column } = data;
  const day = column.day[row];
  const iso = day === Data.NO_DAY ? "" : Data.isoDay(day);
  const url = data.texts.one(2, row);
  return {
    id: data.texts.one(1, row), title: oneLine(data.texts.one(0, row)),
    authors: Data.citedOf(data, "authors", row).split(";").map(oneLine).filter(Boolean),
    venue: oneLine(Data.citedOf(data, "venue", row)), doi: oneLine(Data.citedOf(data, "doi", row)),
    year: iso.slice(0, 4), month: column.precision[row] < 2 ? iso.slice(5, 7) : "",
    day: column.precision[row] === 0 ? iso.slice(8, 10) : "", url: Common.isWeb(url) ? url : "",
  };
}

function bibtex({ id, title, authors, venue, doi, year, month, url }) {
  const fields = [
    ["title", `{${forTex(title)}}`], ["author", authors.map(forTex).join(" and ")],
    [venue ? "journal" : "", forTex(venue)], ["year", year], ["doi", forTex(doi)],
    ...(ARXIV.test(id) ? [["eprint", id], ["archiveprefix", "arXiv"]] : []), ["url", url.replace(/[{}\\\s]/g, encodeURIComponent)],
  ].filter(([name, value]) => name && value).map(([name, value]) => `  ${name} = {${value}},\n`);
  if (month) fields.push(`  month = ${MONTHS[Number(month) - 1]},\n`);
  const key = id.replace(/[^A-Za-z0-9.:/-]+/g, "-");
  return `@${venue ? "article" : "misc"}{${key},\n${fields.join("")}}\n`;
}

function ris({ title, authors, venue, doi, year, month, day, url }) {
  const fields = [
    ["TY", venue ? "JOUR" : "GEN"], ["TI", title], ...authors.map((name) => ["AU", name]), ["JO", venue],
    ["PY", year], ["DA", year && `${year}/${month}/${day}`], ["DO", doi], ["UR", url],
  ];
  return `${fields.filter(([, value]) => value).map(([tag, value]) => `${tag}  - ${value}\n`).join("")}ER  - \n`;
}

function markdown({ title, authors, venue, year, url }) {
  const more = authors.length - MOST_NAMED;
  const named = more > 0 ? `${authors.slice(0, MOST_NAMED).join(", ")} and ${more} more` : authors.join(", ");
  const name = url ? `[${forMarkdown(title)}](${address(url)})` : forMarkdown(title);
  const dated = year ? ` (${year})` : "";
  const paper = named ? `${forMarkdown(named)}${dated}: ${name}` : `${name}${dated}`;
  return `- ${paper}${venue ? `. *${forMarkdown(venue)}*` : ""}\n`;
}

/** @type {Record<string, {one: (paper: any) => string, between: string}>} */
const FORMATS = {
  BibTeX: { one: bibtex, between: "\n" }, RIS: { one: ris, between: "\n" },
  Markdown: { one: markdown, between: "" },
};

/** @param {any} data @param {Iterable<number>} rows @param {string} format a key of `FORMATS` */
function list(data, rows, format) {
  const { one, between } = FORMATS[format];
  return Array.from(rows, (row) => one(facts(data, row))).join(between);
}

/* By the clipboard, or by a selected text where a page may not write to it; whether it worked. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = Common.element("textarea", { "aria-hidden": "true", class: "unseen" });
    area.value = text;
    document.body.append(area);
    area.select();
    const worked = document.execCommand("copy");
    area.remove();
    return worked;
  }
}

export { FORMATS, list, copy, bibtex, ris, markdown };
