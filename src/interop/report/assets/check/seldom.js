// Failures that come seldom, and how many attempts it takes to tell that one is gone. Knows nothing of stacks.

const GOOD = ["works", "degraded"];

/** The share of attempts that failed; a flaky cell without numbers failed at least once. */
const rateOf = ({ passed, total }) => Math.max(total - passed, 1) / Math.max(total, 1);

/** Whether so many attempts without a failure exclude the rate at which it came. */
const tells = (passed, bad) => wilson(0, passed)[1] < rateOf(bad);

/** Whether attempts that passed can tell that a failure is not there: one that comes seldom needs many of them. */
const outweighs = (good, bad) => bad.verdict !== "flaky" || tells(good.passed, bad);

/** Whether one attempt that passed tells anything, as the one that is made with a workaround. */
const passedOnce = (bad) => bad.verdict !== "flaky" || tells(1, bad);

/** How many attempts in a row must pass to tell that a failure is gone. */
function enough(bad) {
  let high = 1;
  while (!tells(high, bad)) high *= 2;
  let low = 0;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (tells(middle, bad)) high = middle;
    else low = middle;
  }
  return high;
}

/** The failure of which a cell's passed attempts cannot tell that it is gone; of several, the rarest. */
function doubted(cell, pool, scheme, productScheme) {
  if (!GOOD.includes(cell.verdict)) return null;
  const before = (left, right) =>
    compareVersions(left.peer_version, right.peer_version, scheme) <= 0 &&
    compareVersions(left.product_version, right.product_version, productScheme) <= 0;
  const alike = (verdicts) =>
    pool.filter((each) => verdicts.includes(each.verdict) && each.configuration === cell.configuration && before(each, cell));
  const failures = alike(["flaky"]);
  if (!failures.length) return null;
  const passing = alike(GOOD);
  const since = (bad) => passing.filter((each) => before(bad, each)).reduce((sum, { passed }) => sum + passed, 0);
  const open = failures.filter((bad) => !tells(since(bad), bad));
  open.sort((left, right) => compareVersions(right.peer_version, left.peer_version, scheme));
  return open.reduce((rarest, each) => (rarest && rateOf(rarest) <= rateOf(each) ? rarest : each), null);
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
