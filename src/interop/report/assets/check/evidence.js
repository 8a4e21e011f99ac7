// What the tested cells say about one required feature with one component. The decisions are the rules' tables.

const DAY = 86400;

/** The first row of a table whose facts all agree; an empty one when none does. */
function decide(table, facts) {
  const agrees = ([fact, wanted]) => (Array.isArray(wanted) ? wanted : [wanted]).includes(facts[fact] ?? "");
  return table.find((row) => Object.entries(row.when).every(agrees)) ?? {};
}

const isTried = (cell) => cell.verdict !== "untested" && cell.verdict !== "error";
const isWorking = (status, ground) => ground.rules.working.includes(status);

/** How old a cell's evidence is, in whole days. */
const daysOf = (cell, ground) => Math.max(0, Math.floor((ground.now - (cell.tested || ground.runStarted)) / DAY));

/** Judge one tried cell. `pool` is where another configuration is looked for. */
function say(cell, asked, pool, ground, { whateverAge = false } = {}) {
  const facts = factsOf(cell, asked, ground, whateverAge);
  let row = decide(ground.rules.cell, { ...facts, configuration: "stated", elsewhere: "no" });
  if (ground.rules.broken.includes(row.status) && !asked.component.configuration) {
    const others = elsewhere(cell, asked, pool, ground);
    row = decide(ground.rules.cell, { ...facts, configuration: "assumed", elsewhere: others.length ? "yes" : "no" });
  }
  return { cell, status: row.status, cause: row.cause };
}

/** The configurations in which the same versions are known to work without more ado. */
function elsewhere(cell, asked, pool, ground) {
  const found = pool.filter((other) => {
    const same = other.peer_version === cell.peer_version && other.product_version === cell.product_version;
    if (!isTried(other) || other.configuration === cell.configuration || !same) return false;
    const row = decide(ground.rules.cell, { ...factsOf(other, asked, ground, false), configuration: "stated" });
    return row.status === "works" && outweighs(other, cell);
  });
  return sortedTexts(found.map((other) => other.configuration));
}

/** Whether attempts that passed can tell that a failure is not there: one that comes seldom needs many of them. */
function outweighs(good, bad) {
  if (bad.verdict !== "flaky") return true;
  const [, highest] = wilson(0, good.total);
  return highest < (bad.total - bad.passed) / bad.total;
}

/** Wilson's 95 % interval of a rate. */
function wilson(passed, total) {
  if (total === 0) return [0, 1];
  const z = 1.96;
  const rate = passed / total;
  const square = z * z;
  const centre = (rate + square / (2 * total)) / (1 + square / total);
  const half = (z * Math.sqrt((rate * (1 - rate)) / total + square / (4 * total * total))) / (1 + square / total);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** One cell for each release of the peer, oldest version first: the newest product's, and of those the last tested. */
function latest(cells, scheme, productScheme) {
  const best = new Map();
  for (const cell of cells) {
    const version = shownVersion(cell, scheme);
    const known = best.get(version);
    if (!known) best.set(version, cell);
    else {
      const order = compareVersions(cell.product_version, known.product_version, productScheme);
      if (order > 0 || (order === 0 && cell.tested > known.tested)) best.set(version, cell);
    }
  }
  return [...best.values()].sort((left, right) => compareVersions(left.peer_version, right.peer_version, scheme));
}

function factsOf(cell, asked, ground, whateverAge) {
  const verified = new Map([[true, "verified"], [false, "useless"], [null, "unverified"]]);
  const old = daysOf(cell, ground) > ground.maxAgeDays && !whateverAge;
  return {
    age: old ? "old" : "fresh",
    verdict: cell.verdict,
    workaround: cell.workaround ? verified.get(cell.workaround_verified) : "none",
    limit: worstLimit(cell, asked.requirement.minimums, ground.rules).answer,
  };
}
