// Findings put into words: the templates of the words' file, filled in. Decides nothing.

const LONGEST_NAME = 80;
const LONGEST_TITLE = 160;
const LONGEST_TEXT = 600;

const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** A text that somebody wrote, fit to stand beside other sentences. */
function sentence(text) {
  const shown = visible(text, LONGEST_TEXT);
  return !shown || ".!?…)".includes(Array.from(shown).at(-1)) ? shown : `${shown}.`;
}

/** Seconds since the epoch as `21 September 2026` (UTC). */
function dayOf(seconds, words) {
  const when = new Date(Math.floor(seconds) * 1000);
  return `${when.getUTCDate()} ${words.months[when.getUTCMonth()]} ${when.getUTCFullYear()}`;
}

/** `2027-02-01` as `1 February 2027`. */
function writtenDay(iso, words) {
  const [year, month, day] = iso.split("-");
  return `${Number(day)} ${words.months[Number(month) - 1]} ${year}`;
}

/** Seconds since the epoch as `2026-09-21 14:13 UTC`. */
const momentOf = (seconds) => `${new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;

const withVersion = (name, version) => `${visible(name, LONGEST_NAME)} ${visible(version, LONGEST_NAME)}`.trim();
const namesOf = (texts) => texts.map((text) => visible(text, LONGEST_NAME)).join(", ");
const productPlanned = (report) => withVersion(report.product_title, report.stack.product_version);
const productTested = (report) => withVersion(report.product_title, report.product_versions.join(", "));

/** What the customer's component is called, with its version. */
function systemOf({ component, title, version }) {
  const full = withVersion(title, version);
  const own = ![fold(component.implementation), fold(title)].includes(fold(component.name));
  return own ? `${visible(component.name, LONGEST_NAME)} (${full})` : full;
}

/** The report with every range of versions in words. */
function versionsInWords(report, words) {
  const said = (version) => rangeInWords(version, words);
  return {
    ...report,
    stack: { ...report.stack, product_version: said(report.stack.product_version) },
    findings: report.findings.map((each) => ({ ...each, version: said(each.version) })),
  };
}

/** `>=3.5 <3.8` as `3.5 or newer and older than 3.8`; what is no range stays as it is. */
function rangeInWords(spec, words) {
  const part = "(>=|<=|==|!=|>|<) *([^ ,<>=!]+)[ ,]*";
  if (!new RegExp(`^(?:${part})+$`).test(spec)) return spec;
  const said = words.sheet.ranges;
  return [...spec.matchAll(new RegExp(part, "g"))].map(([, sign, version]) => fill(said[sign], { version })).join(said.and);
}

/** A configuration as people can read it: its name, and what it is where somebody wrote that. */
function configuredText(name, title, words) {
  const named = { configuration: visible(name, LONGEST_NAME), title: visible(title, LONGEST_TITLE) };
  return fill(words.configured[title ? "told" : "named"], named);
}

/** Everything that a sentence about a finding may want to name. */
function valuesOf(finding, report, words) {
  const { cell, nearest } = finding;
  const implementation = visible(finding.title, LONGEST_NAME);
  return {
    feature: visible(finding.feature.title, LONGEST_NAME),
    implementation,
    peer: withVersion(finding.title, cell ? shownVersion(cell, finding.scheme) : finding.version),
    planned: visible(finding.version, LONGEST_NAME) || implementation,
    tested: namesOf(finding.tested),
    working: namesOf(finding.working),
    failing: namesOf(finding.tested.filter((version) => !finding.working.includes(version))),
    configuration: visible(finding.configuration, LONGEST_NAME),
    configured: configuredText(finding.configuration, finding.configuration_title, words),
    other: namesOf(finding.ways.filter(({ kind }) => kind === "configuration").map(({ what }) => what)),
    product: visible(report.product_title, LONGEST_NAME),
    product_planned: productPlanned(report),
    distribution: visible(finding.component.distribution, LONGEST_NAME),
    below: visible(finding.below, LONGEST_NAME),
    above: visible(finding.above, LONGEST_NAME),
    max_days: general(report.max_age_days, 6),
    needed: finding.minimum ? minimumText(finding.minimum) : "",
    found: finding.limit ? limitText(finding.limit).replace(/^≥ /, "") : "",
    reached: reachedText(finding),
    suite: visible(finding.suite, LONGEST_NAME),
    ...(cell ? { passed: whole(cell.passed), total: whole(cell.total), failures: whole(cell.total - cell.passed) } : {}),
    ...(nearest ? { days: String(nearest.days) } : {}),
    ...(finding.failure ? seldomValues(finding, report) : {}),
  };
}

/** How often it failed, and with which versions where those are other ones. */
function seldomValues({ cell, failure, title, scheme, times }, report) {
  const other = cell.product_version !== failure.product_version;
  const seen = other && cell.peer_version === failure.peer_version ? [] : [withVersion(title, shownVersion(failure, scheme))];
  if (other) seen.push(withVersion(report.product_title, failure.product_version));
  return {
    seen_with: seen.join(" and "),
    seen_failures: String(failure.total - failure.passed),
    seen_total: String(failure.total),
    times: String(times),
  };
}

const minimumText = ({ value, unit }) => `${general(value, 10, { thousands: true })} ${visible(unit, LONGEST_NAME)}`.trim();

/** A limit in the unit of what is needed; of a need without a unit, as it was measured. */
function reachedText({ limit, minimum, reached }) {
  return limit && minimum ? `${amount(reached)} ${visible(minimum.unit || limit.unit, LONGEST_NAME)}`.trim() : "";
}

/** A limit with its unit, shortened: `2 MiB`, `≥ 10.24 MB`, `100 recipients`. */
function limitText({ value, unit, at_least: atLeast }) {
  const sign = atLeast ? "≥ " : "";
  const shown = visible(unit, 24);
  if (!Number.isFinite(value)) return `${sign}${whole(value)} ${shown}`.trimEnd();
  if (["b", "byte", "bytes", "octet", "octets"].includes(shown.toLowerCase())) return sign + sizeText(value);
  const round = Number.isInteger(value) || Math.abs(value) >= 1000;
  return `${sign}${round ? whole(value) : general(value, 4)} ${shown}`.trimEnd();
}

function sizeText(value) {
  for (const [power, binary, decimal] of [[3, "GiB", "GB"], [2, "MiB", "MB"], [1, "KiB", "kB"]]) {
    if (value >= 1024 ** power && value % (1024 ** power / 4) === 0) return `${general(value / 1024 ** power, 6)} ${binary}`;
    if (value >= 1000 ** power && (value % 1000 === 0 || power > 1)) return `${general(value / 1000 ** power, 4)} ${decimal}`;
  }
  return `${whole(value)} B`;
}

/** What was found, in one sentence. */
function causeText(finding, report, words) {
  const how = (finding.cell && words.outcomes[finding.cell.outcome]) ?? "";
  return fill(words.causes[finding.cause], { ...valuesOf(finding, report, words), how });
}

/** Whose fault it is by the evidence, with how sure that is and why. */
function faultText(finding, report, words) {
  const { cell } = finding;
  if (!cell || !Object.hasOwn(words.fault, cell.blame)) return "";
  const text = fill(words.fault[cell.blame], valuesOf(finding, report, words));
  const sure = cell.confidence ? ` (${visible(cell.confidence, 20)})` : "";
  const why = visible(cell.reason.slice(cell.reason.lastIndexOf("\n") + 1), LONGEST_TEXT);
  return why ? `${text}${sure}: ${sentence(why)}` : `${text}${sure}.`;
}

/** What lies nearest among what was tested, and how far away; nothing when nothing does. */
function nearestText(finding, report, words) {
  const near = finding.nearest;
  if (!near) return "";
  const named = {
    ...valuesOf(finding, report, words),
    version: visible(shownVersion(near.cell, finding.scheme), LONGEST_NAME),
    configuration: visible(near.cell.configuration, LONGEST_NAME),
    product_version: visible(near.cell.product_version, LONGEST_NAME),
  };
  const parts = ["version", ...near.differs.filter((each) => each !== "version")].map((each) => fill(words.nearest_parts[each], named));
  return fill(words.nearest, { nearest: parts.join(" "), distance: distanceText(near, words), there: words.there[near.cause] ?? words.there[near.status] });
}

function distanceText({ steps }, words) {
  if (!steps) return "";
  const versions = words.distance[steps.count === 1 ? "version" : "versions"];
  return fill(words.distance[steps.part ? "steps" : "apart"], { ...steps, count: String(steps.count), versions });
}

/** What is likely, and why; nothing when nothing is. */
function likelyText(finding, report, words, templates) {
  if (!finding.likely) return "";
  const why = fill(words.likely[finding.cause], valuesOf(finding, report, words));
  return fill(templates[finding.likely], { why });
}

/** A way forward as a sentence. */
function wayText(finding, way, report, words) {
  return fill(words.ways[way.kind], { ...valuesOf(finding, report, words), what: whatText(way, words) });
}

/** What a way is about: an advice, a configuration, or a version with where it is carried. */
function whatText({ kind, what, carrier, title }, words) {
  if (kind.startsWith("workaround")) return sentence(what);
  if (kind === "configuration") return configuredText(what, title, words);
  const shown = visible(what, LONGEST_NAME);
  return carrier ? `${shown} (${carrier})` : shown;
}

/** What must be there before the command can run. */
const needsText = (finding, report, words) => fill(words.needs[finding.needs] ?? "", valuesOf(finding, report, words));

/** Why no cost was computed, where that is for want of the component's sites; else nothing. */
function unpricedText({ unpriced, component }, report, templates) {
  if (!unpriced) return "";
  const { sites } = report.stack.deployment;
  const named = { all_sites: whole(sites), component: visible(component.name, LONGEST_NAME) };
  return fill(templates[sites ? "sites" : "transactions"], named);
}

/** The lines by which a loss is computed, each with its interval. */
const arithmetic = (loss, words) => reckoned(loss, words.loss, "rate", amount);

/** The same for the customer, rounded. */
function roughArithmetic(loss, words) {
  const always = loss.failures === loss.attempts;
  const rate = always ? (loss.attempts === 1 ? "rate-once" : "rate-each") : "rate";
  return reckoned(loss, words.sheet.reckoning, rate, about);
}

/** Both ends of a number that was computed; nothing where they read the same. */
function intervalText(values, templates, figure) {
  const [low, high] = [figure(values[0]), figure(values[2])];
  return low === high ? "" : fill(templates.interval, { low, high });
}

function reckoned(loss, templates, rate, figure) {
  const shown = {
    failures: whole(loss.failures),
    attempts: whole(loss.attempts),
    sites: whole(loss.sites),
    all_sites: whole(loss.all_sites),
    uses: whole(loss.uses),
    all_uses: whole(loss.all_uses),
    restart: loss.restart_hours >= 1 ? `${general(loss.restart_hours, 3)} h` : `${general(loss.restart_hours * 60, 3)} min`,
    price: money(loss.hour_cost, loss.currency),
    rate: share(loss.rate[1]),
    failed: figure(loss.failed_a_day[1]),
    hours: figure(loss.hours_a_day[1]),
    cost: `${figure(loss.cost_a_day[1])} ${loss.currency}`,
  };
  const line = (name, values, text) => {
    const ends = { low: text(values[0]), high: text(values[2]) };
    return fill(templates[name], { ...shown, ...ends, interval: intervalText(values, templates, text) });
  };
  const lines = [line(rate, loss.rate, share), line(loss.basis, loss.failed_a_day, figure)];
  if (loss.hours_a_day[2]) {
    const capped = loss.failed_a_day[2] * loss.restart_hours > loss.hours_a_day[2];
    lines.push(line(capped ? "capped" : "hours", loss.hours_a_day, figure));
  }
  if (loss.cost_a_day[2]) lines.push(line("cost", loss.cost_a_day, figure));
  return lines;
}

function basisText(loss, words) {
  const still = loss.stopped ? "basis" : "basis-refused";
  return words.loss[loss.hours_a_day[2] ? still : "basis-failures"];
}

/** How many findings say what, the worst first. */
function tallyText(findings, words) {
  const counted = Object.entries(words.counted).map(([status, forms]) => {
    const number = findings.filter((finding) => finding.status === status).length;
    return number ? fill(forms[number === 1 ? 0 : 1], { n: whole(number) }) : "";
  });
  return counted.filter(Boolean).join(", ");
}

const amount = (value) => (Math.abs(value) >= 1000 ? whole(value) : general(value, 4));

/** A number that was computed, with two digits that count: `3,000,000`. */
function about(value) {
  const near = Number(rounded(value, 2));
  return near >= 10 ? whole(near) : general(near, 2);
}

const money = (value, currency) => `${amount(value)} ${currency}`;
const share = (value) => `${general(value * 100, 3)} %`;

/** One command for all features that share the rest. */
function commandsOf(findings) {
  const shared = new Map();
  const mark = " --interop-feature ";
  for (const { command } of findings) {
    if (!command) continue;
    const cut = command.lastIndexOf(mark);
    shared.set(command.slice(0, cut), [...(shared.get(command.slice(0, cut)) ?? []), command.slice(cut)]);
  }
  return [...shared].map(([head, rest]) => visible(head + rest.join(""), 20000));
}
