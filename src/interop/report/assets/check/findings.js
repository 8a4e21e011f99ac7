// From the cells that are meant to one finding: what they say, and what would test it.

/** What the cells of the pool say to a question. */
function find(asked, pool, stack, ground) {
  const { scheme } = asked.version;
  const meant = pool.filter((cell) => isTried(cell) && !differences(cell, asked, ground).length);
  const cells = latest(meant, scheme, ground.productScheme);
  if (!cells.length) return untested(asked, missing(asked, pool, ground), pool, ground);
  const said = cells.map((cell) => say(cell, asked, pool, ground));
  if (asked.version.pinned && (said.length === 1 || said.every(({ status }) => status === "works"))) {
    return told(said.at(-1), asked, pool, stack, ground);
  }
  return severalTold(said, asked, pool, stack, ground);
}

/** The finding that one cell decides. */
function told(said, asked, pool, stack, ground) {
  const { cell, status, cause } = said;
  if (cause === "old") return untested(asked, aged(cell, asked, pool, ground), pool, ground);
  const { minimum, limit } = worstLimit(cell, asked.requirement.minimums, ground.rules);
  const { rules } = ground;
  const broken = rules.broken.includes(status);
  const failure = cause === "seldom" ? doubtOf(cell, asked, pool, ground) : null;
  const times = failure ? enough(failure) : 0;
  const costed = rules.costed.includes(status) && rules.costed_impacts.includes(asked.feature.impact);
  return {
    ...base(asked, status, cause, ground),
    cell,
    tested: [shownVersion(cell, asked.version.scheme)],
    minimum,
    limit,
    ways: broken ? around(said, asked, pool, ground) : conditionsOf(said, asked, pool, ground),
    reached: reachOf(limit, minimum, rules),
    newer: broken ? newerVersions(asked, pool, ground, cell) : [],
    loss: costed ? lossOf(cell, asked.component, stack, rules) : null,
    unpriced: costed && isUnpriced(asked.component, stack),
    failure,
    times,
    ...(status === "not-tested" ? commandFor(asked, cause, cell, ground, { times }) : {}),
  };
}

/** The finding for a version that several tested ones may stand for. */
function severalTold(said, asked, pool, stack, ground) {
  const fresh = said.filter(({ cause }) => cause !== "old");
  const works = fresh.filter(({ status }) => isWorking(status, ground));
  const weight = ({ status }) => ground.rules.statuses.indexOf(status);
  const versions = (some) => some.map(({ cell }) => shownVersion(cell, asked.version.scheme));
  const newestFirst = (some) => [...some].reverse();
  if (!works.length) {
    const worst = newestFirst(fresh.length ? fresh : said).reduce((best, each) => (weight(each) < weight(best) ? each : best));
    return { ...told(worst, asked, pool, stack, ground), tested: versions(fresh) };
  }
  const known = fresh.filter(({ status }) => status !== "not-tested");
  const row = decide(ground.rules.several, {
    working: works.length === known.length ? "all" : "some",
    stated: asked.version.stated ? "yes" : "no",
  });
  const best = newestFirst(works).reduce((chosen, each) => (weight(each) > weight(chosen) ? each : chosen));
  const finding = told(best, asked, pool, stack, ground);
  const kind = best.status === "works" ? "version" : "version-conditional";
  return {
    ...base(asked, row.status, row.cause, ground),
    cell: best.cell,
    tested: versions(known),
    working: versions(works),
    minimum: finding.minimum,
    limit: finding.limit,
    reached: finding.reached,
    ways: [versionWay(kind, best.cell, asked, ground), ...finding.ways],
  };
}

function untested(asked, found, pool, ground) {
  return {
    ...base(asked, "not-tested", found.cause, ground),
    likely: found.likely,
    below: found.below,
    above: found.above,
    nearest: found.nearest,
    ways: instead(found, asked, pool, ground),
    newer: found.nearest ? newerVersions(asked, pool, ground) : [],
    untried: found.reason,
    ...commandFor(asked, found.cause, found.nearest?.cell ?? null, ground, { untried: found.reason }),
  };
}

function base(asked, status, cause, ground) {
  const row = decide(ground.rules.answer, { status, cause, impact: asked.feature.impact });
  return {
    component: asked.component,
    implementation: asked.named.name,
    title: asked.named.title,
    version: asked.version.carried.length ? asked.version.spec : asked.component.version || (asked.version.resolved ? asked.version.spec : ""),
    scheme: asked.version.scheme,
    configuration: asked.configuration,
    configuration_title: ground.names.configurationTitle(asked.named.name, asked.suite, asked.configuration),
    requirement: asked.requirement,
    feature: asked.feature,
    suite: asked.suite,
    role: asked.role,
    status,
    cause,
    likely: "",
    cell: null,
    tested: [],
    working: [],
    below: "",
    above: "",
    nearest: null,
    ways: [],
    command: "",
    failure: null,
    times: 0,
    needs: "",
    untried: "",
    minimum: null,
    limit: null,
    reached: 0,
    loss: null,
    unpriced: false,
    newer: [],
    answer: row.answer,
  };
}

/** The command that would answer what nobody has tested, and what must be there before it can run. */
function commandFor(asked, cause, cell, ground, { times = 0, untried = "" } = {}) {
  const { named } = asked;
  const name = named.known ? named.name : caseless(named.name).replace(/[^\p{L}\p{N}_]+/gu, "-").replace(/^-+|-+$/g, "");
  const templates = ground.rules.commands;
  const put = (template, values) => template.replace(/\{(\w+)\}/g, (_, key) => shellWord(values[key]));
  let command = put(templates.test, { suite: asked.suite });
  const product = shippedProduct(asked, ground);
  if (product) command += put(templates.product, { product });
  command += put(templates.peer, { peer: selectorOf(name, asked, cause, cell) });
  if (asked.configuration !== "default") command += put(templates.configuration, { configuration: asked.configuration });
  if (times) command += put(templates.repeat, { times: String(times) });
  command += put(templates.feature, { feature: asked.feature.id });
  return { command, needs: needsOf(asked, cause, ground, untried) };
}

const shellWord = (text) => (/^[A-Za-z0-9@%+=:,./_-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`);

function selectorOf(name, asked, cause, cell) {
  if (cell && ["old", "limit-beyond", "limit-unmeasured", "product", "seldom"].includes(cause)) return cell.peer_key.split("+")[0];
  return versioned(name, asked.version.spec);
}

/** What names a product that is shipped, in the planned version where that is one of its releases. */
function shippedProduct(asked, ground) {
  const { productName: name, product } = ground;
  const roles = ground.names.catalog.get(name)?.roles ?? [];
  if (!roles.some(({ suite, role }) => suite === asked.suite && ["", role].includes(asked.role))) return "";
  return versioned(name, offers(name, product, ground) ? product.spec : "");
}

/** A selector as `--interop-peer` and `--interop-product` read it. */
function versioned(name, spec) {
  if (!spec) return name;
  return /^[<>=!]/.test(spec) ? `${name}${spec}` : `${name}@${spec}`;
}

/** Whether the catalogue has a release of that version. */
function offers(name, { spec, scheme }, ground) {
  const offered = ground.names.catalog.get(name);
  return Boolean(offered && spec) && offered.releases.some((each) => matchesSpec(each.version, spec, scheme));
}

function needsOf(asked, cause, ground, untried) {
  const { names, rules, productName, product } = ground;
  if (cause === "implementation" || cause === "release") return cause;
  if (cause === "product") return shippedProduct(asked, ground) && offers(productName, product, ground) ? "" : cause;
  if (cause === "limit-beyond") return "limit";
  if (cause === "limit-unmeasured" && !ground.measures(asked)) return "measure";
  if (cause === "never-run" && untried.includes(rules.lasting)) return "situation";
  const { name } = asked.named;
  return names.catalog.has(name) && asked.version.spec && !offers(name, asked.version, ground) ? "release" : "";
}
