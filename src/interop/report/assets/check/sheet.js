// The expectations sheet for the customer: the same sections, sentences and room as the command line's sheet.

const lengthOf = (text) => Array.from(text).length;
const once = (names) => [...new Set(names)];

/** Gather items into lists by what `keyOf` says of them, in the order of their first appearance. */
function gathered(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

/** Everything on the sheet, in order. `paper` says how much two pages hold; with `full` nothing is left out. */
function buildSheet(given, rules, words, paper, full = false) {
  const report = versionsInWords(given, words);
  if (full) return sheetOf(report, rules, words, { ...paper, lines: paper.unbounded, most: paper.unbounded, rows: paper.unbounded });
  let sheet = null;
  for (const [most, rows] of paper.rooms) {
    sheet = sheetOf(report, rules, words, { ...paper, most, rows });
    if (!sheet.systems_more && !sheet.sections.some((section) => section.more)) break;
  }
  return sheet;
}

function sheetOf(report, rules, words, paper) {
  const said = words.sheet;
  const rows = systemRows(report, rules, words, roomFor(80, paper));
  const shown = rows.slice(0, paper.rows);
  const points = sheetPoints(report, rules, words, paper.most);
  const { head, body } = eachTable(report, rules, words);
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  let taken = 9 + sum(points.map((text) => linesOf(text, paper.width))) + paper.heading;
  taken += sum(shown.map((row) => Math.max(linesOf(row[0], 30), linesOf(row[1], 30)))) + Math.floor(shown.length / 3);
  if (head.length) {
    const rest = paper.width - paper.column * (head.length - 1);
    taken += paper.heading + Math.max(...head.map((name) => linesOf(name, paper.column))) + Math.floor(body.length / 3);
    taken += sum(body.map((row) => linesOf(row[0][1], rest)));
  }
  const listed = head.length ? [] : [worksPart];
  const told = [brokenPart, conditionsPart, untestedPart, ...listed, reckoningPart, outsidePart, knownPart];
  const sections = told.map((part) => part({ report, rules, words, said, most: paper.most }));
  return {
    title: fill(said.title, { product: productPlanned(report), customer: visible(report.stack.customer, 120) }),
    dates: sheetDates(report, words),
    answer: report.answer,
    headline: toldOf(said.answers, report.findings, rules),
    sentence: toldOf(said.sentences, report.findings, rules),
    points,
    systems_title: said.systems.title,
    systems_head: ["system", "planned", "tested", "result"].map((column) => said.systems[column]),
    systems: shown,
    systems_more: moreText(rows.length - shown.length, words),
    table_title: said.table.title,
    table_head: head,
    table: body,
    sections: fitted(sections, taken, words, paper),
  };
}

function sheetDates(report, words) {
  const said = words.sheet;
  const dates = [fill(said.prepared, { today: dayOf(report.now, words) })];
  if (report.stack.go_live) dates.push(fill(said.go_live, { day: writtenDay(report.stack.go_live, words) }));
  if (!report.tested_to) return [...dates, said.nothing_tested];
  const [from, to] = [report.tested_from, report.tested_to].map((when) => dayOf(when, words));
  return [...dates, fill(said[from === to ? "tested_once" : "tested"], { from, to })];
}

/** How long a list may be that is shorter than others, unless nothing is to be left out. */
const roomFor = (usual, { most, unbounded }) => (most >= unbounded ? most : usual);

const entry = (title, lines, about = "") => ({ title, about, lines });
const part = (kind, entries, said) => ({ kind, title: said[kind].title, intro: said[kind].intro ?? "", entries, more: "" });

/** What does not work: what the customer would notice, what to do, what it could cost. */
function brokenPart({ report, rules, words, said, most }) {
  const seen = (finding) => {
    const named = valuesOf(finding, report, words);
    const told = fill(said.broken.seen[finding.cause], named);
    const author = sentence(finding.feature.customer_sees);
    if (finding.cause === "limit" || finding.cause === "unsupported") return told;
    if (finding.cause === "flaky") return `${author} ${told}`.trim();
    return `${author || told} ${fill(said.broken.tried[triedHow(finding)], named)}`;
  };
  const faultOf = ({ cell }) => (cell ? (decide(rules.customer_fault, { blame: cell.blame, confidence: cell.confidence }).fault ?? "") : "");
  // Advice that nobody tested stands only where nothing that was tested helps.
  const toDo = (finding) => {
    const known = finding.ways.filter(({ kind }) => !kind.startsWith("workaround-"));
    const advice = finding.ways.filter(({ kind }) => kind === "workaround-unverified");
    return (known.length ? known : advice).map((way) => wayText(finding, way, report, words));
  };
  const found = report.findings.filter(({ status }) => rules.broken.includes(status));
  const alike = (each) => [each.suite, each.feature.id, each.cause, seen(each), faultOf(each), ...toDo(each)];
  const entries = gathered(found, alike).map((group) => {
    const [first] = group;
    const lines = [[first.cause === "unsupported" ? said.broken.found : said.broken.sees, seen(first)]];
    const fault = faultOf(first);
    if (fault) {
      const peers = joined(group.map((each) => valuesOf(each, report, words).peer), words, most);
      lines.push([said.broken.cause, fill(said.broken.fault[fault], { peers, product: productTested(report) })]);
    }
    lines.push([said.broken.do, toDo(first).join(" ") || said.broken.nothing]);
    const dearest = dearestOf(group);
    if (dearest) lines.push([said.broken.cost, priceText(dearest, words)]);
    else if (first.unpriced) lines.push([said.broken.cost, unpricedText(first, report, said.broken.unpriced)]);
    const about = fill(said.broken.with, { peers: joined(group.map(systemOf), words, most) });
    return entry(visible(first.feature.title, 120), lines, about);
  });
  return part("broken", entries, said);
}

/** Whether it failed each time, the one time, or some of the times. */
function triedHow({ cell }) {
  if (!cell || cell.passed) return "some";
  return cell.total === 1 ? "once" : "each";
}

function dearestOf(group) {
  const weight = (loss) => [loss.cost_a_day[1], loss.failed_a_day[1]];
  const dearer = (best, each) => (best && compareLists(weight(each), weight(best), compareNumbers) <= 0 ? best : each);
  return group.map(({ loss }) => loss).filter(Boolean).reduce(dearer, null);
}

/** What a loss comes to in a sentence: money where it is known, else hours, else failures. */
function priceText(loss, words) {
  const said = words.sheet.broken;
  let [found, shown] = [loss.failed_a_day, fill(said.failures, { amount: about(loss.failed_a_day[1]) })];
  if (loss.cost_a_day[1]) [found, shown] = [loss.cost_a_day, `${about(loss.cost_a_day[1])} ${loss.currency}`];
  else if (loss.hours_a_day[1]) [found, shown] = [loss.hours_a_day, fill(said.hours, { amount: about(loss.hours_a_day[1]) })];
  const interval = intervalText(found, words.sheet.reckoning, about);
  return fill(said.each_day, { amount: shown, interval, basis: basisText(loss, words) });
}

/** What has to be done first, each thing once with all that it is needed for. */
function conditionsPart({ report, words, said, most }) {
  const terms = (finding) => {
    const named = valuesOf(finding, report, words);
    const ways = finding.ways.map((way) => {
      const kind = way.kind.startsWith("version") ? finding.cause : way.kind;
      return fill(said.conditions[kind], { ...named, what: whatText(way, words) });
    });
    return finding.cause === "fallback" ? [fill(said.conditions.fallback, named), ...ways] : ways;
  };
  const asked = report.findings.filter(({ status }) => status === "works-with-condition");
  const needed = asked.flatMap((finding) => terms(finding).map((text) => ({ finding, text, name: systemOf(finding) })));
  const groups = gathered(needed, ({ name, text }) => [name, text]).map((group) => ({
    name: group[0].name,
    text: group[0].text,
    features: group.map(({ finding }) => visible(finding.feature.title, 80)),
  }));
  return part("conditions", mergedEntries(groups, ({ text }) => text, { report, words, most }), said);
}

/** What nobody tried, why, and what is likely. */
function untestedPart({ report, words, said, most }) {
  const texts = (finding) => [
    fill(said.untested.causes[finding.cause], valuesOf(finding, report, words)),
    likelyText(finding, report, words, said.untested.likely),
    ...finding.ways.map((way) => wayText(finding, way, report, words)),
  ];
  const found = report.findings.filter(({ status }) => status === "not-tested");
  const told = found.map((finding) => ({ finding, name: systemOf(finding), text: texts(finding).filter(Boolean) }));
  const groups = gathered(told, ({ name, text }) => [name, text]).map((group) => ({
    name: group[0].name,
    text: group[0].text.join(" "),
    features: group.map(({ finding }) => visible(finding.feature.title, 80)).sort(byCharacters),
  }));
  return part("untested", mergedEntries(groups, ({ text }) => text, { report, words, most }), said);
}

function mergedEntries(groups, textOf, { report, words, most }) {
  const asked = new Map();
  for (const finding of report.findings) asked.set(systemOf(finding), (asked.get(systemOf(finding)) ?? 0) + 1);
  return gathered(groups, (each) => [textOf(each), each.features]).map((group) => {
    const names = group.map(({ name }) => name);
    const [{ features }] = group;
    return entry(joined(names, words, most), [["", textOf(group[0])], ["", concerns(asked.get(names[0]), features, words, most)]]);
  });
}

/** Which functions something is about; that it is all that are asked when it is. */
function concerns(asked, features, words, most) {
  if (features.length === asked && asked > 1) return fill(words.sheet.concerns_all, { n: whole(asked) });
  return fill(words.sheet.concerns, { features: joined(features, words, most) });
}

/** What works, once for all systems in which the same functions do. */
function worksPart({ report, words, said, most }) {
  const systems = gathered(report.findings, systemOf).map((group) => {
    const works = group.filter(({ status }) => status === "works");
    const features = works.map((each) => visible(each.feature.title, 80)).sort(byCharacters);
    return { name: systemOf(group[0]), all: works.length === group.length, features, first: report.findings.indexOf(works[0]) };
  });
  const working = systems.filter(({ features }) => features.length).sort((left, right) => left.first - right.first);
  const entries = gathered(working, ({ all, features }) => [all, features]).map((group) => {
    const [{ all, features }] = group;
    const counted = fill(said.works.all[features.length === 1 ? 0 : 1], { n: whole(features.length) });
    const everything = all ? `${counted} ` : "";
    return entry(joined(group.map(({ name }) => name), words, most), [["", `${everything}${joined(features, words, most)}.`]]);
  });
  return part("works", entries, said);
}

/** The arithmetic, once for each loss however many functions have it. */
function reckoningPart({ report, words, said, most }) {
  const entries = gathered(report.findings.filter(({ loss }) => loss), ({ loss }) => loss).map((group) => {
    const features = group.map((each) => visible(each.feature.title, 80));
    return entry(joined(features, words, most), roughArithmetic(group[0].loss, words).map((line) => ["", `${line}.`]));
  });
  return part("reckoning", entries, said);
}

/** What the test says nothing about. */
function outsidePart({ report, said }) {
  const text = said.outside[report.stack.components.length === 1 ? "one" : "several"];
  return part("outside", [entry("", [["", text]])], said);
}

/** What all of this rests on. */
function knownPart({ report, said }) {
  const source = { run: visible(report.run.id, 80), cells: whole(report.cells) };
  const tries = report.findings.map(({ cell }) => cell?.total ?? 0).filter(Boolean);
  const lines = [["", triesText(tries, report, said.known)], ["", said.known.text], ["", fill(said.known.source[report.cells === 1 ? 0 : 1], source)]];
  return part("known", [entry("", lines)], said);
}

/** How many of the results that the sheet has rest on a single try. */
function triesText(tries, report, said) {
  if (!tries.length) return said.nothing;
  const single = tries.filter((total) => total === 1).length;
  const forms = said.once;
  const form = single === tries.length ? forms.all : single ? forms.some[single === 1 ? 0 : 1] : forms.none;
  const once = fill(form, { once: whole(single), n: whole(tries.length) });
  return fill(said.tested, { product: productTested(report), once });
}

/** Names with commas; those beyond `most` characters are counted. */
function joined(names, words, most) {
  const every = once(names);
  let [length, shown] = [0, 0];
  while (shown < every.length && (!shown || length + lengthOf(every[shown]) <= most)) {
    length += lengthOf(every[shown]) + 2;
    shown += 1;
  }
  const text = every.slice(0, shown).join(", ");
  return shown < every.length ? `${text} ${moreText(every.length - shown, words)}` : text;
}

const moreText = (left, words) => (left > 0 ? fill(words.sheet.more, { n: whole(left) }) : "");
const linesOf = (text, width) => Math.max(1, Math.ceil(lengthOf(text) / width));

/** The sections without the entries that two pages do not hold; what is left out is counted. */
function fitted(sections, taken, words, paper) {
  const share = ({ kind }, height) => height / (kind === "broken" ? 2 : 1); // what does not work may be twice as long as anything else
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const kept = sections.filter((section) => section.entries.length).map((section) => {
    const heights = section.entries.map((each) => heightOf(each, paper.width));
    return { section, heights, weight: share(section, sum(heights)) };
  });
  let left = paper.lines - taken - sum(kept.map(({ section, heights }) => sum(heights) + paper.heading + (section.intro ? 1 : 0)));
  while (left < 0) {
    const shrinkable = kept.filter(({ heights }) => heights.length > 1);
    if (!shrinkable.length) break;
    const longest = shrinkable.reduce((best, each) => (each.weight > best.weight ? each : best));
    const height = longest.heights.pop();
    left += height;
    longest.weight -= share(longest.section, height);
  }
  return kept.map(({ section, heights }) => {
    const gone = section.entries.length - heights.length;
    return { ...section, entries: section.entries.slice(0, heights.length), more: gone > 0 ? fill(words.sheet.more_entries, { n: whole(gone) }) : "" };
  });
}

function heightOf({ title, about, lines }, width) {
  const labelled = lines.filter(([label]) => label);
  if (!labelled.length) return linesOf([title, ...lines.map(([, text]) => text)].join(" "), width) + 1;
  return linesOf(`${title} ${about}`, width) + labelled.reduce((sum, [, text]) => sum + linesOf(text, width - 20), 0) + 1;
}
