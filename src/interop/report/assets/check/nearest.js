// What to say when nobody has tested it: why not, what lies nearest, and what that makes likely.

const nothingNear = { nearest: null, below: "", above: "", likely: "", reason: "" };

/** Why no tried cell of the pool answers the question. */
function missing(asked, pool, ground) {
  if (!asked.named.known) return { ...nothingNear, cause: "implementation" };
  if (!asked.version.resolved) return { ...nothingNear, cause: "release" };
  const planned = pool.filter((cell) => !differences(cell, asked, ground).length);
  const tried = pool.filter(isTried);
  const reason = planned.find((cell) => cell.reason)?.reason ?? "";
  if (!tried.length) return { ...nothingNear, cause: planned.length ? "never-run" : "never", reason };
  const near = nearestCell(tried, asked, ground);
  if (planned.length) return { ...nothingNear, cause: "never-run", nearest: near, reason };
  if (near.differs.includes("version")) return byVersion(tried, near, asked, ground);
  const cause = near.differs.includes("configuration") ? "configuration-untested" : "product";
  const only = (name) => near.differs.length === 1 && near.differs[0] === name;
  let neighbours = [];
  if (only("configuration")) {
    neighbours = tried.filter((cell) => differences(cell, asked, ground).every((name) => name === "configuration"));
  } else if (only("product")) {
    const same = tried.filter((cell) => String(differences(cell, asked, ground)) === "product");
    neighbours = besideProduct(same, ground);
  }
  return { ...nothingNear, cause, nearest: near, likely: likelyFrom(cause, neighbours, asked, pool, ground) };
}

/** What evidence that is too old makes likely. */
function aged(cell, asked, pool, ground) {
  const said = say(cell, asked, pool, ground, { whateverAge: true });
  const near = { cell, status: said.status, cause: said.cause, differs: ["age"], steps: null, days: daysOf(cell, ground) };
  const failed = ground.rules.broken.includes(said.status) ? "one-fails" : "none";
  const neighbours = isWorking(said.status, ground) ? "one-works" : failed;
  const row = decide(ground.rules.likely, { cause: "old", neighbours });
  return { ...nothingNear, cause: "old", nearest: near, likely: row.likely ?? "" };
}

/** In what a cell is not what was asked for. */
function differences(cell, asked, ground) {
  const found = [];
  if (!asked.version.holds(cell.peer_version)) found.push("version");
  if (cell.configuration !== asked.configuration) found.push("configuration");
  if (!ground.product.holds(cell.product_version)) found.push("product");
  return found;
}

function nearestCell(tried, asked, ground) {
  const { scheme } = asked.version;
  const distance = (cell) =>
    asked.version.holds(cell.peer_version) ? null : stepsBetween(asked.version.anchor, upstream(cell.peer_version, scheme), scheme);
  const peers = new Set(tried.map((cell) => upstream(cell.peer_version, scheme)));
  const products = new Set(tried.map((cell) => cell.product_version));
  const rank = (cell) => {
    const differs = differences(cell, asked, ground);
    const version = upstream(cell.peer_version, scheme);
    const far = differs.includes("version") ? betweenThem(asked.version.anchor, version, peers, scheme) : 0;
    const product = { planned: ground.product.anchor, tested: cell.product_version, scheme: ground.productScheme };
    const apart = differs.includes("product")
      ? [...farness(stepsBetween(product.planned, product.tested, product.scheme)), betweenThem(product.planned, product.tested, products, product.scheme)]
      : [0, 0, 0];
    return [differs.length, ...farness(distance(cell)), far, differs.includes("configuration") ? 1 : 0, ...apart, -cell.tested];
  };
  let best = null;
  for (const cell of tried) {
    const ranked = rank(cell);
    if (!best || compareLists(ranked, best.ranked, compareNumbers) < 0) best = { cell, ranked };
  }
  const { cell } = best;
  const days = daysOf(cell, ground);
  const age = days > ground.maxAgeDays ? ["age"] : [];
  const said = say(cell, asked, tried, ground, { whateverAge: true });
  const differs = [...differences(cell, asked, ground), ...age];
  return { cell, status: said.status, cause: said.cause, differs, steps: distance(cell), days };
}

/** How many other versions lie between a tested one and the planned one: of those as many steps away, the fewest is nearest. */
const betweenThem = (planned, tested, versions, scheme) =>
  [...versions].filter((each) => compareVersions(planned, each, scheme) * compareVersions(each, tested, scheme) > 0).length;

/** Place the planned version among the tested ones. */
function byVersion(tried, near, asked, ground) {
  const { scheme } = asked.version;
  const others = tried.filter((cell) => !differences(cell, asked, ground).includes("product"));
  const same = others.filter((cell) => !differences(cell, asked, ground).includes("configuration"));
  const among = [same, others, tried].find((cells) => cells.length);
  const row = latest(among, scheme, ground.productScheme);
  const order = (cell) => compareVersions(upstream(cell.peer_version, scheme), asked.version.anchor, scheme);
  const older = row.filter((cell) => order(cell) < 0);
  const newer = row.filter((cell) => order(cell) > 0);
  let [cause, beside] = ["older", newer.slice(0, 2)];
  if (older.length && newer.length) [cause, beside] = ["between", [older.at(-1), newer[0]]];
  else if (older.length) [cause, beside] = ["newer", older.slice(-2)];
  // Two respects in which it differs are one too many to call anything likely.
  const alone = String(near.differs) === "version";
  return {
    ...nothingNear,
    cause,
    nearest: near,
    below: older.length ? shownVersion(older.at(-1), scheme) : "",
    above: newer.length ? shownVersion(newer[0], scheme) : "",
    likely: alone ? likelyFrom(cause, beside, asked, tried, ground) : "",
  };
}

/** The cells of the product versions on either side of the planned one, or the two nearest. */
function besideProduct(cells, ground) {
  const scheme = ground.productScheme;
  const row = [...cells].sort((left, right) => compareVersions(left.product_version, right.product_version, scheme));
  const order = (cell) => compareVersions(cell.product_version, ground.product.anchor, scheme);
  const older = row.filter((cell) => order(cell) < 0);
  const newer = row.filter((cell) => order(cell) > 0);
  if (older.length && newer.length) return [older.at(-1), newer[0]];
  return older.length ? older.slice(-2) : newer.slice(0, 2);
}

/** What fresh evidence of two neighbours makes likely. */
function likelyFrom(cause, neighbours, asked, pool, ground) {
  const fresh = neighbours.filter((cell) => daysOf(cell, ground) <= ground.maxAgeDays);
  const statuses = fresh.map((cell) => say(cell, asked, pool, ground).status);
  if (statuses.length < 2) return "";
  const all = (test) => statuses.every(test);
  const word = all((each) => isWorking(each, ground)) ? "two-work" : all((each) => ground.rules.broken.includes(each)) ? "two-fail" : "mixed";
  return decide(ground.rules.likely, { cause, neighbours: word }).likely ?? "";
}
