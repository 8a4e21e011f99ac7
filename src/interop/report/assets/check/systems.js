// The head of the sheet: each of the customer's systems in a sentence, a row and a column.

/** Systems of which each is given a sentence, and what a table of functions and systems may have and still be read. */
const MOST_SAID = 6;
const MOST_COLUMNS = 5;
const MOST_ROWS = 20;

/** The findings of each component, in the order in which the components were written. */
const byComponent = ({ stack, findings }) =>
  stack.components.map(({ name }) => findings.filter((each) => each.component.name === name)).filter((found) => found.length);

/** What is said of findings together: by the rules' table `say`; where `texts` has nothing of its own for it, the answer's. */
function toldOf(texts, found, rules) {
  const answer = rules.answers.find((each) => found.some((finding) => finding.answer === each));
  const facts = {
    answer,
    broken: shareOf(found, rules.broken),
    conditional: shareOf(found, ["works-with-condition"]),
    untested: shareOf(found, ["not-tested"]),
  };
  return texts[decide(rules.say, facts).say] ?? texts[answer];
}

/** How many of the findings have one of the statuses: `none`, `some` or `all`. */
function shareOf(found, statuses) {
  const number = found.filter(({ status }) => statuses.includes(status)).length;
  return number ? (number === found.length ? "all" : "some") : "none";
}

/** A sentence for each system; where there are many of them, how many findings say what. */
function sheetPoints(report, rules, words, most) {
  const systems = byComponent(report);
  if (systems.length > MOST_SAID) {
    return [fill(words.sheet.points, { n: whole(report.findings.length), tally: tallyText(report.findings, words) })];
  }
  return systems.map((found) => systemSaid(found, rules, words, most));
}

function systemSaid(found, rules, words, most) {
  const { say: said } = words.sheet;
  const verdict = fill(toldOf(said.verdicts, found, rules), { system: systemOf(found[0]) });
  if (shareOf(found, ["not-tested"]) === "all") return verdict; // it says already that nothing was tested
  const open = Object.entries(said.open).map(([status, template]) => {
    const titles = found.filter((each) => each.status === status).map(({ feature }) => visible(feature.title, 80));
    const everything = titles.length === found.length && found.length > 1;
    return titles.length ? fill(template, { features: everything ? said.everything : joined(titles, words, most) }) : "";
  });
  return [verdict, ...open.filter(Boolean)].join(" ");
}

/** A row for each component: what it is, what is planned, what was tested, what came of it. */
function systemRows(report, rules, words, most) {
  const said = words.sheet.systems;
  return byComponent(report).map((found) => {
    const [first] = found;
    const { component } = first;
    let planned = visible(first.version, 60) || said.any;
    if (component.distribution) planned = fill(said.on, { version: planned, distribution: visible(component.distribution, 60) });
    if (component.configuration) {
      const configured = configuredText(component.configuration, first.configuration_title, words);
      planned = fill(said.configured, { version: planned, configured });
    }
    const tested = once(found.flatMap((each) => (each.working.length ? each.working : each.tested)));
    const own = visible(component.name, 60);
    let name = caseless(own) === caseless(first.title) ? own : `${own} (${visible(first.title, 60)})`;
    if (component.name === component.implementation) name = visible(first.title, 60);
    return [name, planned, joined(tested.map((each) => visible(each, 60)), words, most) || said.none, toldOf(said.results, found, rules)];
  });
}

/** The table of functions and systems; empty where it is too large. Of each cell the status and the word. */
function eachTable(report, rules, words) {
  const said = words.sheet.table;
  const systems = byComponent(report);
  const keyed = (finding) => `${finding.suite}\0${finding.feature.id}`;
  const written = [...report.stack.requirements, ...report.stack.components.flatMap((each) => each.requirements)];
  const place = (finding) => written.indexOf(finding.requirement);
  const asked = [...report.findings].sort((left, right) => place(left) - place(right));
  const features = new Map(asked.map((finding) => [keyed(finding), finding.feature.title]));
  if (systems.length > MOST_COLUMNS || features.size > MOST_ROWS) return { head: [], body: [] };
  const column = ({ component, title }) => visible(component.name === component.implementation ? title : component.name, 60);
  const body = [...features].map(([key, title]) => {
    const cells = systems.map((found) => {
      const here = found.filter((each) => keyed(each) === key).map(({ status }) => status);
      const worst = rules.statuses.find((status) => here.includes(status));
      return worst ? [worst, said.words[worst]] : ["", said.not_asked];
    });
    return [["", visible(title, 80)], ...cells];
  });
  return { head: [said.feature, ...systems.map(([first]) => column(first))], body };
}
