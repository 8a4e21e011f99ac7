// The answer on the page: for those who sell, every finding with its evidence; for the customer, the sheet.

/** Draw the answer. `words` and `rules` are those of the command line. */
function drawResult(place, report, evidence, nameless, actions) {
  const { rules, words } = evidence;
  const counted = tallyText(report.findings, words);
  const live = report.stack.go_live ? `, go-live ${report.stack.go_live}` : "";
  const verdict = make(
    "div",
    { class: `verdict ${report.answer}` },
    ...report.unknown.map((name) => make("p", { class: "mistake" }, fill(words.unknown, { name: visible(name, 120) }))),
    make("p", { class: "note" }, `${visible(report.stack.customer, 120)}: ${productPlanned(report)}${live}`),
    make("h2", {}, words.answers[report.answer]),
    make("p", {}, `Points checked: ${whole(report.findings.length)}. ${counted}.`),
    ...firstOf(report, words),
    ...nameless.map((number) => make("p", { class: "mistake" }, `System ${number} has no name, and is left out. Say what it is.`)),
    ...report.notes.map((note) => make("p", {}, `Note: ${visible(note)}`)),
    make("div", { class: "actions" }, ...actions),
  );
  const parts = rules.statuses.map((status) => statusPart(status, report, evidence)).filter(Boolean);
  place.replaceChildren(verdict, ...parts, ...unaskedPart(report, evidence), make("p", { class: "note" }, footOf(report)));
}

/** What comes first, where not everything works. */
function firstOf(report, words) {
  if (report.answer === "go") return [];
  const [worst] = report.findings;
  const [way] = worst.ways;
  const named = { feature: visible(worst.feature.title, 120), system: systemOf(worst), status: words.statuses[worst.status] };
  return [make("p", {}, fill(words.first, { ...named, way: way ? wayText(worst, way, report, words) : "" }).trim())];
}

/** What fails between these systems though nobody asked for it. */
function unaskedPart(report, evidence) {
  const { words } = evidence;
  if (!report.unasked.length) return [];
  const title = words.unasked.title;
  const heading = make("h3", {}, `${title.charAt(0).toUpperCase()}${title.slice(1)} (${whole(report.unasked.length)})`);
  const entries = report.unasked.map((finding, at) => brokenEntry({ ...finding, loss: null, unpriced: false }, report.unasked[at - 1], report, evidence));
  return [make("section", {}, heading, make("p", {}, words.unasked.why), ...entries)];
}

const GLYPH = { works: ["works", "✓"], "works-with-condition": ["degraded", "~"], "does-not-work": ["fails", "✗"], flaky: ["flaky", "?"], unsupported: ["unsupported", "–"], "not-tested": ["untested", "·"] };

function statusPart(status, report, evidence) {
  const found = report.findings.filter((finding) => finding.status === status);
  if (!found.length) return null;
  const { words, rules } = evidence;
  const [verdict, glyph] = GLYPH[status];
  const mark = make("span", { class: `v ${verdict}`, "aria-hidden": "true" }, make("i", {}, glyph));
  const title = words.statuses[status];
  const heading = make("h3", {}, mark, `${title.charAt(0).toUpperCase()}${title.slice(1)} (${whole(found.length)})`);
  let entries = [];
  if (status === "works") entries = workingEntries(found);
  else if (rules.broken.includes(status)) entries = found.map((finding, at) => brokenEntry(finding, found[at - 1], report, evidence));
  else entries = sameEntries(found, report, evidence);
  return make("section", {}, heading, ...entries);
}

/** What does not work: each finding for itself. The arithmetic is shown once where it stays the same. */
function brokenEntry(finding, before, report, evidence) {
  const { words } = evidence;
  const { cell, feature, loss } = finding;
  const costs = loss && JSON.stringify(loss) === JSON.stringify(before?.loss ?? null) ? [words.loss.again] : loss ? [...arithmetic(loss, words), `(${basisText(loss, words)})`] : [];
  const tested = cell?.tested ? ` Tested ${momentOf(cell.tested)}, ${visible(cell.product)} ${visible(cell.product_version)}.` : "";
  const seen = cell && (cell.reason.includes("\n") || cell.blame === "none") ? sentence(cell.reason.split("\n")[0]) : "";
  const facts = [
    ["Fault", faultText(finding, report, words)],
    ["Seen", seen],
    ["Customer notices", sentence(feature.customer_sees)],
    ["Costs", unpricedText(finding, report, words.loss.unpriced)],
    ...costs.map((line, at) => [at ? "" : "Costs", line]),
    ...finding.ways.map((way) => ["Way forward", wayText(finding, way, report, words)]),
  ];
  const rows = facts.filter(([, text]) => text).flatMap(([label, text]) => [make("dt", {}, label), make("dd", {}, text)]);
  const link = linkTo(cell, evidence);
  if (link) rows.push(make("dt", {}, "Evidence"), make("dd", {}, link));
  return make(
    "article",
    {},
    make("h4", {}, `${visible(feature.title, 120)}: ${systemOf(finding)}`),
    make("p", {}, `${words.impacts[feature.impact]}, ${visible(feature.clause, 80)} (${feature.level}). ${causeText(finding, report, words)}${tested}`),
    make("dl", {}, ...rows),
  );
}

/** Findings of one system that have the same said of them stand together. */
function sameEntries(found, report, evidence) {
  const { words } = evidence;
  const said = (finding) => [
    causeText(finding, report, words),
    finding.untried ? `The reason given: ${sentence(finding.untried)}` : "",
    ...(finding.status === "not-tested" ? [nearestText(finding, report, words), likelyText(finding, report, words, words.likely)] : []),
    finding.cause === "fallback" && finding.cell ? sentence(finding.cell.reason) : "",
    ...finding.ways.map((way) => wayText(finding, way, report, words)),
  ];
  return gathered(found, (finding) => [finding.component.name, finding.suite, finding.role, ...said(finding), finding.needs]).map((group) => {
    const [first] = group;
    const needs = needsText(first, report, words);
    const number = group.length > 1 ? ` (${group.length})` : "";
    const link = linkTo(first.cell ?? first.nearest?.cell, evidence);
    return make(
      "article",
      {},
      make("h4", {}, `${systemOf(first)}: ${group.map(({ feature }) => visible(feature.title, 80)).join(", ")}${number}`),
      make("p", {}, said(first).filter(Boolean).join(" "), link ? " " : "", link),
      needs ? make("p", {}, needs) : null,
      ...commandsOf(group).map((command) => make("pre", {}, command)),
    );
  });
}

/** What works, once for all systems in which the same features do. */
function workingEntries(found) {
  const systems = gathered(found, systemOf).map((group) => ({
    name: systemOf(group[0]),
    titles: group.map(({ feature }) => visible(feature.title, 80)).sort(byCharacters),
  }));
  return gathered(systems, ({ titles }) => titles).map((group) => {
    const { titles } = group[0];
    const number = titles.length > 1 ? ` (${titles.length})` : "";
    return make("article", {}, make("h4", {}, group.map(({ name }) => name).join(", ")), make("p", {}, `${titles.join(", ")}${number}`));
  });
}

/** A link to a cell's details in the matrix. */
function linkTo(cell, evidence) {
  const place = cell && evidence.places[[cell.suite, cell.role, cell.product, cell.product_version].join("\0")];
  if (!place) return null;
  const href = `${place}/${[visible(cell.feature), visible(cell.peer_key)].map(encodeURIComponent).join("/")}`;
  return make("a", { href }, `${visible(cell.peer_key, 80)} in the matrix`);
}

function footOf(report) {
  const { run } = report;
  return `From ${whole(report.cells)} cells, run ${visible(run.id, 80)} of ${momentOf(run.started)}. Evidence older than ${amount(report.max_age_days)} days counts as not tested. A version that was not tested is never said to work.`;
}

/** Draw the customer's sheet, as `interop check --format html` sets it. */
function drawSheet(place, sheet) {
  const cells = (tag, texts, attributes = {}) => texts.map((text) => make(tag, attributes, text));
  const systems = make(
    "section",
    { class: "systems" },
    make("h2", {}, sheet.systems_title),
    make(
      "div",
      { class: "table" },
      make(
        "table",
        {},
        make("thead", {}, make("tr", {}, ...cells("th", sheet.systems_head, { scope: "col" }))),
        make("tbody", {}, ...sheet.systems.map((row) => make("tr", {}, ...cells("td", row)))),
      ),
    ),
    sheet.systems_more ? make("p", { class: "more" }, sheet.systems_more) : null,
  );
  place.replaceChildren(
    make("header", {}, make("h1", {}, sheet.title), make("p", { class: "dates" }, sheet.dates.join(" · "))),
    make("div", { class: `answer ${sheet.answer}` }, make("strong", {}, sheet.headline), ...cells("p", [sheet.sentence, ...sheet.points])),
    systems,
    ...sheetTable(sheet),
    ...sheet.sections.map(sheetSection),
  );
}

/** The table of functions and systems, where it is not too large. */
function sheetTable({ table_title: title, table_head: head, table }) {
  if (!head.length) return [];
  const row = ([[, name], ...cells]) =>
    make("tr", {}, make("th", { scope: "row" }, name), ...cells.map(([status, word]) => make("td", { class: status || "none" }, word)));
  const heads = make("tr", {}, ...head.map((text) => make("th", { scope: "col" }, text)));
  const whole = make("table", {}, make("thead", {}, heads), make("tbody", {}, ...table.map(row)));
  return [make("section", { class: "each" }, make("h2", {}, title), make("div", { class: "table" }, whole))];
}

function sheetSection({ kind, title, intro, entries, more }) {
  return make(
    "section",
    { class: kind },
    make("h2", {}, title),
    intro ? make("p", { class: "intro" }, intro) : null,
    ...entries.map(sheetEntry),
    more ? make("p", { class: "more" }, more) : null,
  );
}

function sheetEntry({ title, about, lines }) {
  const labelled = lines.filter(([label]) => label);
  const plain = lines.filter(([label]) => !label).map(([, text]) => text).join(" ");
  const terms = labelled.flatMap(([label, text]) => [make("dt", {}, label), make("dd", {}, text)]);
  const heading = title ? make("h3", {}, title, ...(about ? [" ", make("span", {}, about)] : [])) : null;
  return make("article", { class: terms.length ? null : "run-in" }, heading, terms.length ? make("dl", {}, ...terms) : " ", plain ? make("p", {}, plain) : null);
}
