// What a failure costs a day, with the interval that the sample allows; nothing where nobody says how many sites it is.

const isAlone = (stack) => stack.components.length === 1;

/** Null when nothing failed or the deployment's facts are not enough. */
function lossOf(cell, component, stack, { standstills }) {
  const stopped = standstills.includes(cell.outcome); // what a failure stops at the customer's is not known here
  const failures = cell.total - cell.passed;
  const [own, all] = [component.deployment, stack.deployment];
  const sites = own.sites || (isAlone(stack) ? all.sites : 0);
  const { uses, basis } = usesOf(own, all, sites, isAlone(stack));
  if (failures <= 0 || !uses) return null;
  const each = (values, factor) => values.map((value) => value * factor);
  const [low, high] = wilson(failures, cell.total);
  const rate = [low, failures / cell.total, high];
  const hours = (own.restart_seconds || all.restart_seconds) / 3600;
  const failed = each(rate, uses);
  const standing = each(failed, hours).map((value) => Math.min(value, sites * 24));
  const still = sites ? standing : [0, 0, 0];
  const priced = own.hour_cost ? own : all;
  return {
    failures,
    attempts: cell.total,
    rate,
    uses,
    basis,
    all_uses: all.transactions_a_day,
    all_sites: all.sites,
    stopped,
    sites,
    restart_hours: hours,
    failed_a_day: failed,
    hours_a_day: still,
    cost_a_day: each(still, priced.hour_cost),
    hour_cost: priced.hour_cost,
    currency: priced.currency,
  };
}

/** Whether a loss could be computed if anybody said how many sites have this component. */
function isUnpriced(component, stack) {
  const [own, all] = [component.deployment, stack.deployment];
  return !(own.sites || own.transactions_a_day || isAlone(stack)) && Boolean(all.sites || all.transactions_a_day);
}

/** The uses a day at these sites, and whether that is `stated`, a `shared` part or `assumed`. */
function usesOf(own, all, sites, alone) {
  if (own.transactions_a_day) return { uses: own.transactions_a_day, basis: "stated" };
  if (all.transactions_a_day && all.sites && sites) {
    const part = Math.min(sites / all.sites, 1);
    return { uses: all.transactions_a_day * part, basis: part === 1 ? "stated" : "shared" };
  }
  if (all.transactions_a_day && alone) return { uses: all.transactions_a_day, basis: "stated" };
  return { uses: sites, basis: "assumed" };
}
