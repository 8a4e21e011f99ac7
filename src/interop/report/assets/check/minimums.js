// What a customer needs at least, held against the limits that were found. Knows units and what one of each is.

/** Hold a cell's limits against what is needed: `short`, `unmeasured`, `beyond`, `met`, or `none`. */
function worstLimit(cell, minimums, rules) {
  const answers = minimums.map((minimum) => answerOfLimit(cell, minimum, rules));
  for (const wanted of ["short", "unmeasured", "beyond", "met"]) {
    const found = answers.find(({ answer }) => answer === wanted);
    if (found) return found;
  }
  return { answer: "none", minimum: null, limit: null };
}

function answerOfLimit(cell, minimum, rules) {
  const unit = unitOf(minimum.unit, rules);
  const comparable = cell.limits.filter(
    (limit) =>
      (!minimum.limit || fold(minimum.limit) === fold(limit.name)) &&
      (!minimum.unit || unitOf(limit.unit, rules).kind === unit.kind),
  );
  if (!comparable.length) return { answer: "unmeasured", minimum, limit: null };
  // A number without a unit is compared with the limit's own.
  const reach = (limit) => limit.value * (minimum.unit ? unitOf(limit.unit, rules).factor : 1);
  const least = comparable.reduce((best, each) => (reach(each) < reach(best) ? each : best));
  if (reach(least) >= minimum.value * unit.factor) return { answer: "met", minimum, limit: least };
  return { answer: least.at_least ? "beyond" : "short", minimum, limit: least };
}

function unitOf(unit, rules) {
  const [kind, factor] = Object.hasOwn(rules.units, unit) ? rules.units[unit] : [caseless(unit), 1];
  return { kind, factor };
}

/** A limit in the unit of what is needed; a number without a unit is of the limit's own. */
function reachOf(limit, minimum, rules) {
  if (!limit || !minimum) return 0;
  return minimum.unit ? (limit.value * unitOf(limit.unit, rules).factor) / unitOf(minimum.unit, rules).factor : limit.value;
}

/** Refuse a minimum of sizes where times are measured, and the like. Where nothing was measured, nothing is said. */
function refuseOtherKinds(required, evidence) {
  const { rules } = evidence;
  for (const { requirement, suite, feature } of required) {
    for (const minimum of requirement.minimums.filter((each) => each.unit)) {
      const limits = evidence.limits(suite.name, feature.id);
      const fits = limits.filter(({ name }) => !minimum.limit || fold(name) === fold(minimum.limit));
      const units = sortedTexts(fits.map(({ unit }) => unit));
      const { kind } = unitOf(minimum.unit, rules);
      if (!units.length || units.some((unit) => unitOf(unit, rules).kind === kind)) continue;
      const what = `${quoted(feature.id)} is measured in ${units.join(", ")}, not in ${minimum.unit}.`;
      throw new Mistake(what, "Write the least that will do in such a unit.", requirement.line);
    }
  }
}
