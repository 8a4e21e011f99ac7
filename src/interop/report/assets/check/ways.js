// Ways forward from what does not work: those that the evidence knows, and what the suite's author advises.

/** What has to be done for a feature to work that works on a condition. */
function conditionsOf({ cell, cause }, asked, pool, ground) {
  if (cause === "workaround") return [{ kind: "workaround", what: cell.workaround, carrier: "", title: "" }];
  return cause === "configuration" ? otherConfiguration(cell, asked, pool, ground) : [];
}

/** What could be done about a feature that does not work, the surest first. */
function around(said, asked, pool, ground) {
  return [
    ...otherConfiguration(said.cell, asked, pool, ground),
    ...otherVersions(asked, pool, ground, said.cell).slice(0, 1),
    ...otherProduct(said.cell, asked, pool, ground),
    ...advice(said, asked),
  ];
}

/** The tested thing that could be taken instead of one that was not tested. */
function instead({ cause, nearest }, asked, pool, ground) {
  if (!nearest) return [];
  if (nearest.differs.includes("version") || cause === "never-run") return otherVersions(asked, pool, ground).slice(0, 1);
  if (nearest.status !== "works" || nearest.differs.length !== 1) return [];
  const [respect] = nearest.differs;
  if (respect === "product") return [{ kind: "product", what: nearest.cell.product_version, carrier: "", title: "" }];
  if (respect !== "configuration" || asked.component.configuration) return [];
  return [configuredAs(nearest.cell.configuration, asked, ground)];
}

/** A configuration in which it works; nothing where the stack says which one it has to be. */
function otherConfiguration(cell, asked, pool, ground) {
  if (asked.component.configuration) return [];
  return elsewhere(cell, asked, pool, ground).slice(0, 1).map((what) => configuredAs(what, asked, ground));
}

const configuredAs = (what, asked, { names }) => ({
  kind: "configuration",
  what,
  carrier: "",
  title: names.configurationTitle(asked.named.name, asked.suite, what),
});

function advice({ cell, cause }, asked) {
  const ways = cause === "limit" ? [{ kind: "limit", what: "", carrier: "", title: "" }] : [];
  if (cell.workaround) {
    const useless = cell.workaround_verified === false;
    ways.push({ kind: useless ? "workaround-useless" : "workaround-unverified", what: cell.workaround, carrier: "", title: "" });
  } else if (asked.feature.workaround !== null && cause !== "limit") {
    ways.push({ kind: "workaround-unverified", what: asked.feature.workaround, carrier: "", title: "" });
  }
  return ways;
}

/** The newer versions that work, the nearest first; the older ones only where none is newer. */
function otherVersions(asked, pool, ground, bad = null) {
  const others = othersOf(asked, pool, ground, bad);
  const newer = others.filter(({ isNewer }) => isNewer);
  return (newer.length ? newer : others).map(({ way }) => way);
}

const newerVersions = (asked, pool, ground, bad = null) =>
  othersOf(asked, pool, ground, bad).filter(({ isNewer }) => isNewer).map(({ way }) => way);

/** The other versions that work and whether they are newer: newer ones going up, older ones down. */
function othersOf(asked, pool, ground, bad) {
  const { scheme } = asked.version;
  const same = pool.filter(
    (other) =>
      isTried(other) &&
      other.configuration === (bad ? bad.configuration : asked.configuration) &&
      (bad ? other.product_version === bad.product_version : ground.product.holds(other.product_version)) &&
      (!bad || outweighs(other, bad)),
  );
  const { works, kind } = workingOnes("version", latest(same, scheme, ground.productScheme), asked, pool, ground);
  if (!bad && kind !== "version") return [];
  const order = (cell) => orderOf(cell, asked, bad);
  const wayTo = (cell, isNewer) => ({ way: versionWay(kind, cell, asked, ground), isNewer });
  const newer = works.filter((cell) => order(cell) > 0).map((cell) => wayTo(cell, true));
  return [...newer, ...works.filter((cell) => order(cell) <= 0).reverse().map((cell) => wayTo(cell, false))];
}

function versionWay(kind, cell, asked, { names }) {
  const what = shownVersion(cell, asked.version.scheme);
  return { kind, what, title: "", carrier: names.carrier(asked.named.name, what) };
}

/** Whether a cell is of a newer version than the planned one (above zero). */
function orderOf(cell, { version }, bad) {
  const { scheme, carried } = version;
  if (bad) return compareVersions(cell.peer_version, bad.peer_version, scheme);
  if (carried.length) {
    const newest = carried.reduce((best, each) => (compareVersions(each, best, scheme) > 0 ? each : best));
    return compareVersions(cell.peer_version, newest, scheme);
  }
  return compareVersions(upstream(cell.peer_version, scheme), version.anchor, scheme);
}

/** One component's findings with the one newer version that mends most of them, where it does. */
function agreed(findings, rules) {
  const counted = new Map();
  for (const { newer } of findings) for (const { what } of newer) counted.set(what, (counted.get(what) ?? 0) + 1);
  if (!counted.size) return findings;
  const [chosen] = [...counted].reduce((best, each) => (each[1] > best[1] ? each : best));
  return findings.map((finding) => (rules.working.includes(finding.status) ? finding : agreeing(finding, chosen)));
}

/** An older version that would mend another finding is not offered: nobody can install both. */
function agreeing(finding, chosen) {
  const better = finding.newer.find(({ what }) => what === chosen);
  const ways = finding.ways.flatMap((way) => {
    if (!way.kind.startsWith("version")) return [way];
    return better || finding.newer.length ? [better ?? way] : [];
  });
  return { ...finding, ways };
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
  const { works, kind } = workingOnes("product", same, asked, pool, ground);
  if (!works.length) return [];
  const newer = (best, each) => compareVersions(each.product_version, best.product_version, ground.productScheme) > 0;
  const { product_version: what } = works.reduce((best, each) => (newer(best, each) ? each : best));
  return [{ kind, what, carrier: "", title: "" }];
}

/** The cells that work and the kind of way they are; on conditions only where none does without. */
function workingOnes(kind, cells, asked, pool, ground) {
  const said = cells.map((cell) => say(cell, asked, pool, ground, { onlyHere: true }));
  const plainly = said.filter(({ status }) => status === "works");
  const found = plainly.length ? plainly : said.filter(({ status }) => isWorking(status, ground));
  return { works: found.map(({ cell }) => cell), kind: plainly.length ? kind : `${kind}-conditional` };
}
