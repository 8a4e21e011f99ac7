// From the cells that are meant to one finding: what they say, what could be done, what it costs, what would test it.

/** What the cells of the pool say to a question. */
function find(asked, pool, stack, ground) {
  const { scheme } = asked.version;
  const meant = pool.filter((cell) => isTried(cell) && !differences(cell, asked, ground).length);
  const cells = latest(meant, scheme, ground.productScheme);
  if (!cells.length) return untested(asked, missing(asked, pool, ground), ground);
  const said = cells.map((cell) => say(cell, asked, pool, ground));
  if (asked.version.pinned && (said.length === 1 || said.every(({ status }) => status === "works"))) {
    return told(said.at(-1), asked, pool, stack, ground);
  }
  return severalTold(said, asked, pool, stack, ground);
}

/** The finding that one cell decides. */
function told(said, asked, pool, stack, ground) {
  const { cell, status, cause } = said;
  if (cause === "old") return untested(asked, aged(cell, asked, pool, ground), ground);
  const { minimum, limit } = worstLimit(cell, asked.requirement.minimums, ground.rules);
  const broken = ground.rules.broken.includes(status);
  return {
    ...base(asked, status, cause, ground),
    cell,
    tested: [shownVersion(cell, asked.version.scheme)],
    minimum,
    limit,
    ways: broken ? around(said, asked, pool, ground) : conditionsOf(said, asked, pool, ground),
    loss: ground.rules.costed.includes(status) ? lossOf(cell, stack.deployment) : null,
    ...(status === "not-tested" ? commandFor(asked, cause, cell, ground) : {}),
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
  const row = decide(ground.rules.several, {
    working: works.length === fresh.length ? "all" : "some",
    stated: asked.version.stated ? "yes" : "no",
  });
  const best = newestFirst(works).reduce((chosen, each) => (weight(each) > weight(chosen) ? each : chosen));
  const finding = told(best, asked, pool, stack, ground);
  const kind = best.status === "works" ? "version" : "version-conditional";
  return {
    ...base(asked, row.status, row.cause, ground),
    cell: best.cell,
    tested: versions(fresh),
    working: versions(works),
    minimum: finding.minimum,
    limit: finding.limit,
    ways: [{ kind, what: shownVersion(best.cell, asked.version.scheme) }, ...finding.ways],
  };
}

function untested(asked, found, ground) {
  return {
    ...base(asked, "not-tested", found.cause, ground),
    likely: found.likely,
    below: found.below,
    above: found.above,
    nearest: found.nearest,
    ways: instead(found, asked.version.scheme),
    untried: found.reason,
    ...commandFor(asked, found.cause, found.nearest?.cell ?? null, ground),
  };
}

function base(asked, status, cause, ground) {
  const row = decide(ground.rules.answer, { status, cause, impact: asked.feature.impact });
  return {
    component: asked.component,
    implementation: asked.named.name,
    title: asked.named.title,
    version: asked.component.version || (asked.version.resolved ? asked.version.spec : ""),
    scheme: asked.version.scheme,
    configuration: asked.configuration,
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
    needs: "",
    untried: "",
    minimum: null,
    limit: null,
    loss: null,
    answer: row.answer,
  };
}

/** What has to be done for a feature to work that works on a condition. */
function conditionsOf({ cell, cause }, asked, pool, ground) {
  if (cause === "workaround") return [{ kind: "workaround", what: cell.workaround }];
  return cause === "configuration" ? otherConfiguration(cell, asked, pool, ground) : [];
}

/** What could be done about a feature that does not work, the surest first. */
function around(said, asked, pool, ground) {
  return [
    ...otherConfiguration(said.cell, asked, pool, ground),
    ...otherVersion(said.cell, asked, pool, ground),
    ...otherProduct(said.cell, asked, pool, ground),
    ...advice(said, asked),
  ];
}

/** The tested thing that could be taken instead of one that was not tested. */
function instead({ nearest }, scheme) {
  if (nearest?.status !== "works" || nearest.differs.length !== 1) return [];
  const [respect] = nearest.differs;
  const { cell } = nearest;
  const what = { version: shownVersion(cell, scheme), configuration: cell.configuration, product: cell.product_version }[respect];
  return what === undefined ? [] : [{ kind: respect, what }];
}

const otherConfiguration = (cell, asked, pool, ground) =>
  elsewhere(cell, asked, pool, ground).slice(0, 1).map((what) => ({ kind: "configuration", what }));

function advice({ cell, cause }, asked) {
  const ways = cause === "limit" ? [{ kind: "limit", what: "" }] : [];
  if (cell.workaround) {
    const useless = cell.workaround_verified === false;
    ways.push({ kind: useless ? "workaround-useless" : "workaround-unverified", what: cell.workaround });
  } else if (asked.feature.workaround !== null && cause !== "limit") {
    ways.push({ kind: "workaround-unverified", what: asked.feature.workaround });
  }
  return ways;
}

/** The nearest newer version that works, else the newest older one. */
function otherVersion(cell, asked, pool, ground) {
  const { scheme } = asked.version;
  const same = pool.filter(
    (other) =>
      other.configuration === cell.configuration &&
      other.product_version === cell.product_version &&
      isTried(other) &&
      outweighs(other, cell),
  );
  const { works, kind } = workingOnes("version", latest(same, scheme, ground.productScheme), asked, ground);
  const order = (each) => compareVersions(each.peer_version, cell.peer_version, scheme);
  const chosen = works.find((each) => order(each) > 0) ?? works.findLast((each) => order(each) < 0);
  return chosen ? [{ kind, what: shownVersion(chosen, scheme) }] : [];
}

/** The newest other version of the product that works. */
function otherProduct(cell, asked, pool, ground) {
  const same = pool.filter(
    (other) =>
      isTried(other) &&
      other.peer_version === cell.peer_version &&
      other.configuration === cell.configuration &&
      other.product_version !== cell.product_version &&
      outweighs(other, cell),
  );
  const { works, kind } = workingOnes("product", same, asked, ground);
  if (!works.length) return [];
  const newer = (best, each) => compareVersions(each.product_version, best.product_version, ground.productScheme) > 0;
  return [{ kind, what: works.reduce((best, each) => (newer(best, each) ? each : best)).product_version }];
}

/** The cells that work and the kind of way they are; on conditions only where none does without. */
function workingOnes(kind, cells, asked, ground) {
  const said = cells.map((cell) => say(cell, asked, [], ground));
  const plainly = said.filter(({ status }) => status === "works");
  const found = plainly.length ? plainly : said.filter(({ status }) => isWorking(status, ground));
  return { works: found.map(({ cell }) => cell), kind: plainly.length ? kind : `${kind}-conditional` };
}

/** What a failure costs a day, with its interval; null when nothing failed or the facts are not enough. */
function lossOf(cell, deployment) {
  const failures = cell.total - cell.passed;
  const uses = deployment.transactions_a_day || deployment.sites;
  if (failures <= 0 || !uses) return null;
  const each = (values, factor) => values.map((value) => value * factor);
  const [low, high] = wilson(failures, cell.total);
  const rate = [low, failures / cell.total, high];
  const hours = deployment.restart_seconds / 3600;
  const failed = each(rate, uses);
  const standing = each(failed, hours).map((value) => Math.min(value, deployment.sites * 24));
  const still = deployment.sites ? standing : [0, 0, 0];
  return {
    failures,
    attempts: cell.total,
    rate,
    uses,
    uses_stated: Boolean(deployment.transactions_a_day),
    sites: deployment.sites,
    restart_hours: hours,
    failed_a_day: failed,
    hours_a_day: still,
    cost_a_day: each(still, deployment.hour_cost),
    hour_cost: deployment.hour_cost,
    currency: deployment.currency,
  };
}

/** The command that would answer what nobody has tested, and what must be there before it can run. */
function commandFor(asked, cause, cell, ground) {
  const { named, version } = asked;
  const name = named.known ? named.name : caseless(named.name).replace(/[^\p{L}\p{N}_]+/gu, "-").replace(/^-+|-+$/g, "");
  const templates = ground.rules.commands;
  const put = (template, values) => template.replace(/\{(\w+)\}/g, (_, key) => shellWord(values[key]));
  let command = put(templates.test, { suite: asked.suite, peer: selectorOf(name, asked, cause, cell) });
  if (asked.configuration !== "default") command += put(templates.configuration, { configuration: asked.configuration });
  command += put(templates.feature, { feature: asked.feature.id });
  return { command, needs: needsOf(asked, cause, ground, version) };
}

const shellWord = (text) => (/^[A-Za-z0-9@%+=:,./_-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`);

function selectorOf(name, asked, cause, cell) {
  if (cell && ["old", "limit-beyond", "limit-unmeasured", "product"].includes(cause)) return cell.peer_key.split("+")[0];
  const { spec } = asked.version;
  if (!spec) return name;
  return /^[<>=!]/.test(spec) ? `${name}${spec}` : `${name}@${spec}`;
}

function needsOf(asked, cause, ground, version) {
  if (cause === "implementation" || cause === "product") return cause;
  if (cause === "limit-beyond") return "limit";
  const offered = ground.names.catalog.get(asked.named.name);
  const lacks = offered && version.spec && !offered.releases.some((each) => matchesSpec(each.version, version.spec, version.scheme));
  return cause === "release" || lacks ? "release" : "";
}
