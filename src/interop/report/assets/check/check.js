// A planned stack held against the matrix: a finding for each component and required feature, and an answer.
// Everything rests on cells that were tried. Knows nothing of words and of the page.

/** Everything that is embedded for the checker, with its cells found by what they are about. */
class Evidence {
  constructor(facts) {
    Object.assign(this, facts);
    this.names = new Names(facts);
    this.places = facts.places ?? {};
    this.numbers = null;
    this.pools = new Map();
  }

  get size() {
    return this.cells.pairing.length;
  }

  /** The product's cells with a peer in a feature, in the matrix's order. */
  pool(product, peer, suite, feature, role) {
    this.numbers ??= this.sorted();
    const key = [product, peer, suite, role, feature].join("\0");
    if (!this.pools.has(key)) this.pools.set(key, (this.numbers.get(key) ?? []).map((number) => this.cell(number)));
    return this.pools.get(key);
  }

  /** The numbers of the cells by what they are about. */
  sorted() {
    const found = new Map();
    const { pairing, feature } = this.cells;
    const heads = this.pairings.map((each) => [each.product, each.peer, each.suite, each.role, ""].join("\0"));
    for (let number = 0; number < pairing.length; number += 1) {
      const key = heads[pairing[number]] + this.features[feature[number]];
      const numbers = found.get(key);
      if (numbers) numbers.push(number);
      else found.set(key, [number]);
    }
    return found;
  }

  /** The limits that were measured for a feature, with whatever they are called. */
  limits(suite, feature) {
    const found = [];
    const { pairing, feature: features, result } = this.cells;
    const wanted = this.features.indexOf(feature);
    for (let at = 0; at < features.length; at += 1) {
      if (features[at] !== wanted || this.pairings[pairing[at]].suite !== suite) continue;
      found.push(...this.results[Array.isArray(result) ? result[at] : result].limits);
    }
    return found;
  }

  cell(number) {
    const { pairing, feature, result, tested } = this.cells;
    const at = (values) => (Array.isArray(values) ? values[number] : values);
    const said = this.results[at(result)];
    return {
      ...this.pairings[pairing[number]],
      ...said,
      limits: said.limits.map((limit) => ({ ...limit, value: Number(limit.value) })),
      feature: this.features[feature[number]],
      tested: at(tested),
    };
  }
}

/** What the matrix knows of a stack. `now` is in seconds since the epoch. */
function checkStack(stack, evidence, now, maxAgeDays = evidence.rules.max_age_days) {
  const { names, rules } = evidence;
  const product = productOf(stack, evidence);
  const scheme = names.scheme(product);
  const ofProduct = evidence.pairings.filter((each) => each.product === product);
  const ground = {
    rules,
    names,
    now,
    maxAgeDays,
    runStarted: evidence.run.started,
    product: versionOf(stack.product_version, scheme, new Set(ofProduct.map((each) => each.product_version)), names, stack.product, 0),
    productName: product,
    productScheme: scheme,
    measures: (asked) => evidence.limits(asked.suite, asked.feature.id).length > 0,
  };
  const named = stack.components.map((component) => names.implementation(component.implementation, component.line, component.version));
  const required = stack.components.map((component) => requiredOf([...stack.requirements, ...component.requirements], names));
  refuseOtherKinds(required.flat(), evidence);
  stack.components.forEach((component, at) => names.configuration(named[at], component));
  const findings = [];
  const unasked = [];
  const notes = named.map((each) => each.note).filter(Boolean);
  if (stack.go_live && stack.go_live < new Date(Math.floor(now) * 1000).toISOString().slice(0, 10)) {
    notes.unshift(`The go-live, ${stack.go_live}, has passed; this is what is known now.`);
  }
  const poolOf = (asked) => evidence.pool(product, asked.named.name, asked.suite, asked.feature.id, asked.role);
  const answered = (questions) => agreed(questions.map((asked) => find(asked, poolOf(asked), stack, ground)), rules);
  stack.components.forEach((component, at) => {
    const known = knownVersions(named[at].name, evidence);
    const mine = questionsOf(component, named[at], required[at], known, ground);
    if (!mine.length) notes.push(`None of the required features concerns ${component.name}.`);
    findings.push(...answered(mine));
    if (!named[at].known) return;
    const more = questionsOf(component, named[at], othersNotAsked(required[at], evidence), known, ground);
    const failing = more.filter((asked) => poolOf(asked).some((cell) => failsIn(cell, asked)));
    unasked.push(...answered(failing).filter(({ status }) => rules.costed.includes(status)));
  });
  if (!findings.length) {
    throw new Mistake("none of the required features concerns any of the components.", "Do the features belong to another protocol?");
  }
  const used = findings.map((finding) => finding.cell).filter(Boolean);
  const when = used.map((cell) => cell.tested || evidence.run.started);
  const versions = sortedTexts(used.map((cell) => cell.product_version));
  return {
    stack: { ...stack, product },
    answer: rules.answers.find((answer) => findings.some((finding) => finding.answer === answer)),
    findings: findings.sort(byWeight(rules)),
    unasked: unasked.sort(byWeight(rules)),
    unknown: [...new Set(named.filter(({ known }) => !known).map(({ name }) => name))],
    product_versions: versions.sort((left, right) => compareVersions(left, right, scheme)),
    product_title: names.title(product),
    run: evidence.run,
    cells: evidence.size,
    tested_from: when.reduce((least, each) => Math.min(least, each), when[0] ?? 0),
    tested_to: when.reduce((most, each) => Math.max(most, each), when[0] ?? 0),
    now,
    max_age_days: maxAgeDays,
    notes: [...new Set(notes)],
  };
}

/** What must work with one component; what it asks for itself stands above what all are asked. */
function requiredOf(requirements, names) {
  const found = new Map();
  for (const requirement of requirements) {
    const { suite, feature } = names.feature(requirement);
    found.set(`${suite.name}/${feature.id}`, { requirement, suite, feature });
  }
  return [...found.values()];
}

/** What nobody asked for, though it matters. */
function othersNotAsked(required, { suites, rules }) {
  const asked = new Set(required.map(({ suite, feature }) => `${suite.name}/${feature.id}`));
  return suites.flatMap((suite) =>
    suite.features
      .filter(({ id, impact }) => rules.costed_impacts.includes(impact) && !asked.has(`${suite.name}/${id}`))
      .map((feature) => ({ requirement: { suite: suite.name, feature: feature.id, minimums: [], line: 0 }, suite, feature })),
  );
}

const failsIn = (cell, asked) =>
  (cell.verdict === "fails" || cell.verdict === "flaky") &&
  cell.configuration === asked.configuration &&
  asked.version.holds(cell.peer_version);

const SHOWN_PRODUCTS = 3;

/** The product's name as the matrix has it. A run of several has their names joined, which is no product's. */
function productOf(stack, evidence) {
  const { names } = evidence;
  const found = sortedTexts(evidence.pairings.map((each) => each.product));
  const tested = found.length ? found : [evidence.run.product];
  const spelled = new Map(tested.map((name) => [fold(names.title(name)), name]));
  for (const { title, name } of evidence.parties) if (title && tested.includes(name)) spelled.set(fold(title), name);
  for (const name of tested) spelled.set(fold(name), name);
  const product = spelled.get(fold(stack.product));
  if (product === undefined) {
    const near = slip(fold(stack.product), spelled.keys());
    const more = tested.length > SHOWN_PRODUCTS ? ` and ${tested.length - SHOWN_PRODUCTS} more` : "";
    const what = `the matrix is of ${tested.slice(0, SHOWN_PRODUCTS).join(", ")}${more}, the stack is of ${stack.product}.`;
    const other = "Take the matrix of the same product, or mend the name in the stack.";
    throw new Mistake(what, near === null ? other : `Did you mean ${quoted(spelled.get(near))}?`);
  }
  return product;
}

function knownVersions(name, { pairings, names }) {
  const tested = pairings.filter((each) => each.peer === name).map((each) => each.peer_version);
  const offered = names.catalog.get(name)?.releases.map((release) => release.version) ?? [];
  return new Set([...tested, ...offered]);
}

/** What is asked of one component: each required feature of the protocols that it speaks. */
function questionsOf(component, named, required, known, ground) {
  const { names } = ground;
  const taken = names.taken(component);
  const version = readingOf(component, named, known, ground);
  const suites = new Set(required.map(({ suite }) => suite.name));
  if (!named.known && !taken && suites.size > 1) {
    const [{ suite }] = required;
    const what = `${quoted(component.implementation)} is not known, so nobody can tell which protocol it speaks.`;
    throw new Mistake(what, `Say it: 'role: ${suite.name}.${suite.roles[1]}'.`, component.line);
  }
  return required.flatMap(({ requirement, suite, feature }) => {
    const all = sortedTexts(names.roles.get(named.name) ?? []).map((each) => each.split("\0"));
    let sides = all.filter(([name]) => name === suite.name).map(([, role]) => role);
    if (taken) sides = taken.suite === suite.name ? [taken.role] : [];
    else if (!named.known) sides = [""];
    return sides.map((side) => ({
      component,
      named,
      version,
      configuration: component.configuration || "default",
      requirement,
      suite: suite.name,
      feature,
      role: suite.roles.includes(side) ? suite.roles[1 - suite.roles.indexOf(side)] : "",
    }));
  });
}

function readingOf(component, named, known, { names }) {
  const scheme = names.scheme(named.name);
  if (component.distribution) {
    const carried = names.carried(named.name, component);
    if (carried.length || !component.version) return readDistribution(carried, scheme);
  }
  return versionOf(component.version, scheme, known, names, component.implementation, component.line);
}

/** Read a version as it was written; what is none is a mistake. */
function versionOf(spec, scheme, known, names, whose, line) {
  const pattern = names.rules.version;
  const bad = illFormed(spec, pattern, known, scheme);
  if (bad) {
    const [distribution, part] = [names.distribution(bad), wellFormedPart(bad, pattern)];
    let hint = "Write a version such as 3.7.11, or a series such as 3.7.";
    if (distribution) hint = `Did you mean the distribution ${quoted(distribution)}? Write '${whose} on ${distribution}'.`;
    else if (part) hint = `Did you mean ${quoted(part)}? That stands for all versions of this series.`;
    throw new Mistake(`${quoted(bad)} is no version.`, hint, line);
  }
  return readVersion(spec, scheme, known);
}

const byWeight = (rules) => (left, right) => compareLists(weightOf(left, rules), weightOf(right, rules), compareNumbers);

/** What sorts findings: what decides the answer first, then the dearest, then the gravest. */
function weightOf(finding, rules) {
  const { loss } = finding;
  const cost = loss ? [-loss.cost_a_day[1], -loss.hours_a_day[1], -loss.failed_a_day[1]] : [0, 0, 0];
  return [
    rules.answers.indexOf(finding.answer),
    ...cost,
    rules.impacts.indexOf(finding.feature.impact),
    rules.statuses.indexOf(finding.status),
  ];
}
