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

/** Judge one tried cell. `pool` is where a failure that comes seldom is looked for, and another configuration. */
function say(cell, asked, pool, ground, { whateverAge = false, onlyHere = false } = {}) {
  const facts = factsOf(cell, asked, pool, ground, whateverAge);
  let row = decide(ground.rules.cell, { ...facts, configuration: "stated", elsewhere: "no" });
  if (ground.rules.broken.includes(row.status) && !onlyHere && !asked.component.configuration) {
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
    const row = decide(ground.rules.cell, { ...factsOf(other, asked, pool, ground, false), configuration: "stated" });
    return row.status === "works" && outweighs(other, cell);
  });
  return sortedTexts(found.map((other) => other.configuration));
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

/** The failure of which a cell that passed cannot tell that it is gone; null when there is none. */
const doubtOf = (cell, asked, pool, ground) => doubted(cell, pool, asked.version.scheme, ground.productScheme);

function factsOf(cell, asked, pool, ground, whateverAge) {
  const verified = new Map([[true, passedOnce(cell) ? "verified" : "unverified"], [false, "useless"], [null, "unverified"]]);
  const old = daysOf(cell, ground) > ground.maxAgeDays && !whateverAge;
  return {
    age: old ? "old" : "fresh",
    verdict: cell.verdict,
    workaround: cell.workaround ? verified.get(cell.workaround_verified) : "none",
    limit: worstLimit(cell, asked.requirement.minimums, ground.rules).answer,
    enough: doubtOf(cell, asked, pool, ground) ? "no" : "yes",
  };
}
