// A plan is what the form holds: plain texts as somebody typed them. It is written as a stack file, linked to and kept
// as one, and read back from one, so that a form, a file and a link all go the same way.

const emptyComponent = () => ({ name: "", implementation: "", version: "", configuration: "", distribution: "", role: "", sites: "", kept: {} });
const emptyPlan = () => ({
  customer: "",
  product: "",
  product_version: "",
  go_live: "",
  components: [],
  features: new Map(), // suite/feature -> { "": ">= 20 MB" }, the minimums by limit
  deployment: { sites: "", transactions_a_day: "", time_to_restart_a_site: "", cost_of_an_hour_down: "" },
});

/** What the plan says, as the values of a stack file; what was left empty is left out. */
function documentOfPlan(plan) {
  const said = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
  const component = ({ kept, sites, ...rest }) => said({ ...rest, sites: number(sites), ...kept });
  const { sites, transactions_a_day: uses, ...rest } = plan.deployment;
  const deployment = said({ sites: number(sites), transactions_a_day: number(uses), ...rest });
  return {
    customer: plan.customer || "The customer",
    product: said({ name: plan.product, version: plan.product_version }),
    ...said({ go_live: plan.go_live }),
    components: plan.components.filter((each) => each.implementation).map(component),
    features: [...plan.features].map(([name, minimums]) => {
      const wanted = Object.entries(minimums).filter(([, text]) => text !== "");
      if (!wanted.length) return name;
      return { [name]: wanted.length === 1 && wanted[0][0] === "" ? wanted[0][1] : Object.fromEntries(wanted) };
    }),
    ...(Object.keys(deployment).length ? { deployment } : {}),
  };
}

const number = (text) => (/^[0-9]{1,15}$/.test(text) ? Number(text) : text);

/** What the fields of the form are called. */
const LABELS = {
  customer: "Customer",
  go_live: "Go-live",
  implementation: "System",
  version: "Version or distribution",
  distribution: "Version or distribution",
  configuration: "Configuration",
  name: "What they call it",
  sites: "Sites that have it",
};
const WHOLE_LABELS = {
  sites: "Sites",
  transactions_a_day: "Transactions a day, all sites",
  time_to_restart_a_site: "Time to restart a site",
  cost_of_an_hour_down: "An hour down costs a site",
};

/** What the form calls the value at a path of its stack; nothing where it has no field for it. */
function labelInForm(plan, path) {
  const [part, at] = path;
  const last = path.at(-1);
  if (part === "deployment") return quoted(WHOLE_LABELS[last] ?? last);
  if (part === "product") return quoted(last === "version" ? "Its version" : "Product");
  if (part !== "components" || at === undefined) return LABELS[last] && quoted(LABELS[last]);
  const number = plan.components.flatMap((each, index) => (each.implementation ? [index + 1] : []))[at];
  return path.length === 2 ? `system ${number}` : LABELS[last] && path.length === 3 && `${quoted(LABELS[last])} of system ${number}`;
}

/** The stack that the form means. Its mistakes are told by the form's labels, and without lines: it has none. */
function stackOfPlan(plan, { schema, rules }) {
  const { value } = loadYaml(JSON.stringify(documentOfPlan(plan)));
  return stackOf({ value, lines: new Map() }, { schema: { ...schema, label: (path) => labelInForm(plan, path) }, rules });
}

/** What a file says of a component and the form has no field for: it stays as it is. */
const KEPT = ["features", "transactions_a_day", "time_to_restart_a_site", "cost_of_an_hour_down"];

function plain(value) {
  if (isMapping(value)) return Object.fromEntries([...value].map(([key, each]) => [key, plain(each)]));
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === "bigint" ? Number(value) : value;
}

/** The plan that a stack file's text holds; a mistake in it is refused. */
function planOfText(text, evidence) {
  const document = loadYaml(text);
  const stack = stackOf(document, evidence);
  const written = document.value.get("components").map((each) => (isMapping(each) ? plain(each) : {}));
  const given = document.value.get("deployment") ?? new Map();
  const plan = emptyPlan();
  const features = stack.requirements.map((requirement) => {
    const { suite, feature } = evidence.names.feature(requirement);
    const minimums = requirement.minimums.map(({ limit, value, unit }) => [limit, `>= ${value} ${unit}`.trim()]);
    return [`${suite.name}/${feature.id}`, Object.fromEntries(minimums)];
  });
  return {
    ...plan,
    customer: stack.customer,
    product: productOf(stack, evidence),
    product_version: stack.product_version,
    go_live: stack.go_live,
    components: stack.components.map(({ line, name, requirements, deployment, ...rest }, at) => ({
      ...rest,
      name: name === rest.implementation ? "" : name,
      sites: String(written[at].sites ?? ""),
      kept: Object.fromEntries(Object.entries(written[at]).filter(([key]) => KEPT.includes(key))),
    })),
    features: new Map(features),
    deployment: Object.fromEntries(Object.keys(plan.deployment).map((key) => [key, String(given.get(key) ?? "")])),
  };
}

/** A stack file in YAML, with every text in quotation marks. */
function fileOfPlan(plan) {
  const text = (value) => JSON.stringify(value);
  const flow = (value) => {
    if (typeof value !== "object") return text(value);
    if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
    return `{${Object.entries(value).map(([key, each]) => `${text(key)}: ${flow(each)}`).join(", ")}}`;
  };
  const lines = Object.entries(documentOfPlan(plan)).flatMap(([key, value]) => {
    if (!Array.isArray(value)) return [`${key}: ${flow(value)}`];
    return [`${key}:`, ...value.map((each) => `  - ${flow(each)}`)];
  });
  return `${lines.join("\n")}\n`;
}

/** The plan in a link's fragment: its stack file's values as base64url of UTF-8. */
function fragmentOfPlan(plan) {
  const bytes = new TextEncoder().encode(JSON.stringify(documentOfPlan(plan)));
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return `#stack=${btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")}`;
}

/** The stack file's text in a link's fragment; null when there is none. */
function textOfFragment(fragment) {
  const found = /^#stack=([\w-]+)$/.exec(fragment);
  if (!found) return null;
  try {
    const text = atob(found[1].replace(/-/g, "+").replace(/_/g, "/"));
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(text, (each) => each.charCodeAt(0)));
  } catch {
    throw new Mistake("the stack in this link cannot be read.", "Was the link cut short?");
  }
}

/** A plan that shows what can be asked: two systems that were tested, and the functions that matter most. */
function examplePlan(evidence) {
  const [{ product, product_version: version }] = evidence.pairings;
  const mine = evidence.pairings.filter((each) => each.product === product && each.configuration === "default");
  const versions = (peer) => mine.filter((each) => each.peer === peer).length;
  const newest = [...new Map(mine.map((each) => [each.peer, each])).values()];
  const peers = newest.sort((left, right) => versions(right.peer) - versions(left.peer)).slice(0, 2);
  const suite = evidence.suites.find((each) => each.name === mine[0]?.suite) ?? evidence.suites[0];
  const weight = (feature) => evidence.rules.impacts.indexOf(feature.impact);
  const features = [...suite.features].sort((left, right) => weight(left) - weight(right)).slice(0, 8);
  return {
    ...emptyPlan(),
    customer: "Hilltop Stores",
    product,
    product_version: version,
    components: peers.map((each) => ({
      ...emptyComponent(),
      implementation: evidence.names.title(each.peer),
      version: shownVersion(each, evidence.names.scheme(each.peer)),
    })),
    features: new Map(features.map((feature) => [`${suite.name}/${feature.id}`, {}])),
    deployment: { sites: "900", transactions_a_day: "200000", time_to_restart_a_site: "15 min", cost_of_an_hour_down: "450 EUR" },
  };
}
