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
    product: readVersion(stack.product_version, scheme, new Set(ofProduct.map((each) => each.product_version))),
    productScheme: scheme,
  };
  const named = stack.components.map((component) => names.implementation(component.implementation, component.line));
  const required = stack.requirements.map((requirement) => ({ requirement, ...names.feature(requirement) }));
  stack.components.forEach((component, at) => names.configuration(named[at], component));
  const findings = [];
  const notes = named.map((each) => each.note).filter(Boolean);
  stack.components.forEach((component, at) => {
    const questions = questionsOf(component, named[at], required, knownVersions(named[at].name, evidence), ground);
    if (!questions.length) notes.push(`None of the required features concerns ${component.name}.`);
    for (const asked of questions) {
      const pool = evidence.pool(product, asked.named.name, asked.suite, asked.feature.id, asked.role);
      findings.push(find(asked, pool, stack, ground));
    }
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
    findings: findings.sort((left, right) => compareLists(weightOf(left, rules), weightOf(right, rules), compareNumbers)),
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

function productOf(stack, evidence) {
  const tested = sortedTexts([...evidence.pairings.map((each) => each.product), evidence.run.product]);
  const spelled = new Map();
  for (const party of evidence.parties) if (party.title && tested.includes(party.name)) spelled.set(fold(party.title), party.name);
  for (const name of tested) spelled.set(fold(name), name);
  const found = spelled.get(fold(stack.product));
  if (found === undefined) {
    const hint = "Take the matrix of the same product, or mend the name in the stack.";
    throw new Mistake(`the matrix is of ${tested.slice(0, 3).join(", ")}, the stack is of ${stack.product}.`, hint);
  }
  return found;
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
    if (!component.version) return readDistribution(carried, scheme);
  }
  return readVersion(component.version, scheme, known);
}

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
