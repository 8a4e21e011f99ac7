// A stack: from plain values (of a file, a link or the form) to what the check asks. Every mistake is a sentence.

const KINDS = { string: "text", integer: "a whole number", number: "a number", boolean: "true or false", array: "a list", object: "a mapping", null: "nothing" };
const isMapping = (value) => value instanceof Map;
const isPlain = (value) => !isMapping(value) && !Array.isArray(value);
const isWhole = (value) => typeof value === "bigint" || Number.isInteger(value);
const isKind = {
  string: (value) => typeof value === "string",
  integer: isWhole,
  array: Array.isArray,
  object: isMapping,
};

/** Hold a document against its JSON Schema, and refuse it with its mistakes. */
function checkSchema({ value, lines }, schema) {
  refuseAll([...mistakesOf(value, schema, [], schema)].map((each) => ({ ...each, line: lineOf(lines, each.at ?? each.path) })));
}

const SHOWN_MISTAKES = 10;

function refuseAll(mistakes) {
  if (!mistakes.length) return;
  mistakes.sort((left, right) => left.line - right.line || byCharacters(left.says, right.says));
  if (mistakes.length === 1) throw new Mistake(mistakes[0].says, "", mistakes[0].line);
  const lines = mistakes.slice(0, SHOWN_MISTAKES).map(({ line, says }) => (line ? `line ${line}: ${says}` : says));
  const left = mistakes.length - SHOWN_MISTAKES;
  throw new Mistake([...lines, ...(left > 0 ? [`and ${left} more.`] : [])].join("\n"));
}

/** The line of a value, or of the nearest thing around it that has one. */
function lineOf(lines, path) {
  for (let length = path.length; length >= 0; length -= 1) {
    const found = lines.get(JSON.stringify(path.slice(0, length)));
    if (found) return found;
  }
  return 0;
}

function* mistakesOf(value, given, path, root) {
  const schema = given.$ref ? root.$defs[given.$ref.split("/").at(-1)] : given;
  const wrong = (says) => ({ path, says: `${labelOfPath(path, root)} ${says}` });
  if (schema.anyOf) {
    yield* mistakesOfShapes(value, schema, path, root);
    return;
  }
  const kinds = [schema.type ?? []].flat();
  if (kinds.length && !kinds.some((kind) => isKind[kind](value))) {
    yield wrong(`should be ${(isPlain(value) && schema["x-expects"]) || kinds.map((kind) => KINDS[kind]).join(" or ")}${insteadOf(value)}.`);
    return;
  }
  if (typeof value === "string") {
    if (lengthOf(value) < schema.minLength) yield wrong("is empty.");
    if (lengthOf(value) > schema.maxLength) yield wrong(`should have ${schema.maxLength} characters or fewer, has ${lengthOf(value)}.`);
    if (schema.pattern && !new RegExp(schema.pattern, "u").test(value)) yield wrong(`should be ${schema["x-expects"]}${insteadOf(value)}.`);
  } else if (isWhole(value)) {
    if (value < schema.minimum) yield wrong(`should be ${schema.minimum} or more${insteadOf(value)}.`);
    if (value > schema.maximum) yield wrong(`should be ${schema.maximum} or less${insteadOf(value)}.`);
  } else if (Array.isArray(value)) {
    if (value.length < schema.minItems) yield wrong(value.length ? `should have ${schema.minItems} items or more, has ${value.length}.` : "is empty.");
    if (value.length > schema.maxItems) yield wrong(`should have ${schema.maxItems} items or fewer, has ${value.length}.`);
    for (const [at, item] of value.entries()) yield* mistakesOf(item, schema.items, [...path, at], root);
  } else if (isMapping(value)) yield* mistakesOfMapping(value, schema, path, root);
}

function* mistakesOfMapping(value, schema, path, root) {
  const within = path.length ? ` in ${labelOfPath(path, root)}` : "";
  if (value.size < schema.minProperties) yield { path, says: `${labelOfPath(path, root)} is empty.` };
  if (value.size > schema.maxProperties) yield { path, says: `${labelOfPath(path, root)} should name one thing only.` };
  for (const name of schema.required ?? []) if (!value.has(name)) yield { path, says: `${quoted(name)} is missing${within}.` };
  const known = schema.properties ?? {};
  for (const [name, each] of value) {
    if (Object.hasOwn(known, name)) yield* mistakesOf(each, known[name], [...path, name], root);
    else if (schema.additionalProperties === false) {
      const free = Object.keys(known).filter((one) => !value.has(one));
      const hint = nearestName(name, free.length ? free : Object.keys(known));
      yield { path, at: [...path, name], says: `${quoted(name)} is not a known key${within}. ${hint}` };
    } else yield* mistakesOf(each, schema.additionalProperties, [...path, name], root);
  }
}

/** Of several allowed shapes, the mistakes of the one that was meant. */
function* mistakesOfShapes(value, schema, path, root) {
  const shapes = schema.anyOf.map((shape) => (shape.$ref ? root.$defs[shape.$ref.split("/").at(-1)] : shape));
  const meant = shapes.find((shape) => [shape.type].flat().some((kind) => isKind[kind](value)));
  if (meant) yield* mistakesOf(value, meant, path, root);
  else {
    const kinds = shapes.map((shape) => [shape.type].flat().map((kind) => KINDS[kind]).join(" or ")).join(" or ");
    yield { path, says: `${labelOfPath(path, root)} should be ${kinds}${insteadOf(value)}.` };
  }
}

/** What to call a value: its key, or what `root.label` says that it is called where it was entered. */
function labelOfPath(path, root) {
  const label = root.label?.(path);
  if (label) return label;
  if (!path.length) return "the file";
  const last = path.at(-1);
  return typeof last === "string" ? quoted(last) : `item ${last + 1} of ${labelOfPath(path.slice(0, -1), root)}`;
}

function insteadOf(value) {
  if (value === null) return ", but has no value";
  if (typeof value === "object") return Array.isArray(value) ? ", is a list" : ", is a mapping";
  const text = typeof value === "string" ? quoted(value) : String(value);
  return `, is ${lengthOf(text) <= 60 ? text : `${Array.from(text).slice(0, 60).join("")}…`}`;
}

const COMPONENT = new RegExp(
  `^(?<name>[^<>=!@${BLANK}](?:[^<>=!@]*?[^<>=!@${BLANK}])?)(?:[${BLANK}]*(?<version>[<>=!].*?|(?<=[${BLANK}])[vV]?\\p{Nd}.*?))?(?:[${BLANK}]+on[${BLANK}]+(?<distribution>[^${BLANK}].*))?$`,
  "u",
);
const KEY = new RegExp(`^(?<name>[^@${BLANK}]+)@(?<version>[^@+${BLANK}]+)(?:\\+(?<configuration>[^${BLANK}]+))?$`, "u");
const VERSION = new RegExp(`^(?:(?:(?:==|=|!=|>=|<=|>|<)[${BLANK}]*[^${BLANK},<>=!]+[${BLANK},]*)+|[^${BLANK},<>=!]+)$`, "u");
const LEAST = new RegExp(`^(?<name>[^<>=]*[^<>=${BLANK}])[${BLANK}]*>=[${BLANK}]*(?<value>[^<>=]+)$`, "u");
const MINIMUM = new RegExp(
  `^(?:>=|at least)?[${BLANK}]*(?<value>[0-9]{1,15}(?:\\.[0-9]{1,6})?)[${BLANK}]*(?<unit>[A-Za-z][\\p{L}\\p{N}_${BLANK}/-]*)?$`,
  "u",
);
/** The stack that a document means. */
function stackOf(document, { schema, rules }) {
  checkSchema(document, schema);
  const { value, lines } = document;
  const product = productParts(value.get("product"));
  const components = value.get("components").map((each, at) => componentOf(each, lines, ["components", at], rules));
  const requirements = value.get("features").map((each, at) => requirementOf(each, lineOf(lines, ["features", at])));
  const deployment = deploymentOf(value.get("deployment") ?? new Map(), rules);
  refuseAll([
    ...twice(components, schema),
    ...featuresTwice(requirements),
    ...components.flatMap((each) => [...featuresTwice(each.requirements)]),
    ...notVersions(product.version, components, lineOf(lines, ["product", "version"]), rules),
    ...noDay(value.get("go_live") ?? "", lineOf(lines, ["go_live"])),
    ...tooManySites(components, deployment),
  ]);
  return {
    customer: value.get("customer"),
    product: product.name,
    product_version: product.version,
    components,
    requirements,
    deployment,
    go_live: value.get("go_live") ?? "",
  };
}

function productParts(product) {
  if (isMapping(product)) return { name: product.get("name"), version: String(product.get("version") ?? "") };
  const parts = COMPONENT.exec(strip(product))?.groups;
  return parts ? { name: parts.name, version: parts.version ?? "" } : { name: product, version: "" };
}

function componentOf(value, lines, path, rules) {
  const line = lineOf(lines, path);
  let given = isMapping(value) ? Object.fromEntries(value) : null;
  if (!given) {
    const parts = (KEY.exec(strip(value)) ?? COMPONENT.exec(strip(value)))?.groups;
    if (!parts) {
      const hint = "Write a name and a version such as 'Postfix 3.7.11', or 'Exim on Debian 12'.";
      throw new Mistake(`${quoted(value)} is not a component.`, hint, line);
    }
    const { name: implementation, ...rest } = parts;
    given = { implementation, ...rest };
  }
  return {
    name: given.name ?? given.implementation,
    implementation: given.implementation,
    version: strip(String(given.version ?? "")),
    configuration: given.configuration ?? "",
    distribution: given.distribution ?? "",
    role: given.role ?? "",
    requirements: (given.features ?? []).map((each, at) => requirementOf(each, lineOf(lines, [...path, "features", at]))),
    deployment: deploymentOf(isMapping(value) ? value : new Map(), rules),
    line,
  };
}

function requirementOf(value, line) {
  let [name, minimums] = [value, []];
  if (isMapping(value)) {
    const [[first, wanted]] = value;
    name = first;
    const limits = isMapping(wanted) ? [...wanted] : [["", wanted]];
    minimums = limits.map(([limit, text]) => minimumOf(String(text), limit, line));
  } else {
    const least = LEAST.exec(strip(value))?.groups;
    if (least) throw new Mistake(`${quoted(value)} has its minimum in its name.`, `Write ${least.name}: ">= ${strip(least.value)}".`, line);
  }
  const text = strip(name);
  const cut = text.lastIndexOf("/");
  return { suite: cut < 0 ? "" : text.slice(0, cut), feature: text.slice(cut + 1), minimums, line };
}

function minimumOf(text, limit, line) {
  const parts = MINIMUM.exec(strip(text))?.groups;
  if (!parts) throw new Mistake(`${quoted(text)} is not a minimum.`, "Write a number and its unit such as '>= 20 MB'.", line);
  return { limit, value: Number(parts.value), unit: strip(parts.unit ?? "") };
}

function deploymentOf(value, { units, currencies }) {
  const [cost, currency] = amountOf(value.get("cost_of_an_hour_down") ?? "0");
  const [time, unit] = amountOf(value.get("time_to_restart_a_site") ?? "0 s");
  return {
    sites: amountOf(value.get("sites") ?? 0)[0],
    transactions_a_day: amountOf(value.get("transactions_a_day") ?? 0)[0],
    restart_seconds: time * units[unit][1],
    hour_cost: cost,
    currency: currencies[currency.toLowerCase()] ?? currency,
  };
}

/** A number, which may have commas between its thousands, and what stands behind or before it. */
function amountOf(value) {
  const [, before, number, unit] = /^([^0-9.,\s]*)\s*([0-9.,]+)\s*(.*)$/u.exec(String(value));
  return [Number(number.replaceAll(",", "")), unit || before];
}

function* twice(components, root) {
  const seen = new Map();
  for (const each of components) {
    const first = seen.get(caseless(each.name));
    seen.set(caseless(each.name), first ?? each);
    if (!first) continue;
    const [known, other] = [installed(first), installed(each)];
    const versions = known === other ? "" : ` with ${known} and ${other}`;
    const name = root.label ? `say under ${root.label(["name"])} which is which` : "give each a 'name' of its own";
    const where = first.line ? `; it was first given in line ${first.line}` : "";
    const says = `${quoted(each.name)} stands twice${versions}${where}. Delete one of them, or ${name}.`;
    yield { line: each.line, says };
  }
}

const installed = ({ version, distribution }) => [version, distribution].filter(Boolean).join(" on ") || "no version";

/** Components at more sites than there are. Of several together that is no mistake: a site may have both. */
function* tooManySites(components, { sites: all }) {
  for (const { name, line, deployment } of components) {
    const { sites } = deployment;
    if (sites > all && all > 0) yield { line, says: `${quoted(name)} has ${whole(sites)} sites, and the deployment only ${whole(all)}. Mend one of them.` };
  }
}

function* featuresTwice(requirements) {
  const seen = new Map();
  for (const each of requirements) {
    const key = each.suite ? `${each.suite}/${each.feature}` : each.feature;
    const first = seen.get(caseless(key));
    seen.set(caseless(key), first ?? each);
    const where = first?.line ? `; it was first given in line ${first.line}` : "";
    if (first) yield { line: each.line, says: `${quoted(key)} stands twice${where}.` };
  }
}

function* notVersions(product, components, line, rules) {
  if (product && !VERSION.test(product)) yield { line, says: noVersion(product, rules) };
  for (const { version, line: at } of components) {
    if (version && !VERSION.test(version)) yield { line: at, says: noVersion(version, rules) };
  }
}

function noVersion(text, { distributions }) {
  const words = text.toLowerCase().split(blanks).filter(Boolean).join(" ");
  const carrier = Object.values(distributions).flat().filter((each) => `${words} `.startsWith(`${each} `)).sort((left, right) => right.length - left.length)[0];
  if (carrier) return `${quoted(text)} is not one version. Did you mean the distribution ${quoted(capital(carrier))}?`;
  const numbers = text.split(blanks).filter((word) => /^[0-9]/.test(word));
  const meant = numbers.length === 1 ? ` Did you mean ${quoted(numbers[0])}?` : "";
  return `${quoted(text)} is not one version.${meant} Write one version, or a range such as '>=3.7 <3.11'.`;
}

function* noDay(day, line) {
  if (!day) return;
  const when = new Date(`${day}T00:00:00Z`);
  const real = !Number.isNaN(when.valueOf()) && when.toISOString().startsWith(day) && !day.startsWith("0000");
  if (!real) yield { line, says: `'go_live' is ${day}, and the calendar has no such day.` };
}
