// The form: draws a plan, and changes it. Knows nothing of the answer.

/** A labelled field whose text goes into `target[name]`. */
function field(label, target, name, changed, attributes = {}) {
  const input = make("input", { autocomplete: "off", spellcheck: "false", ...attributes, value: null });
  input.value = target[name];
  input.addEventListener("input", () => {
    target[name] = input.value.trim();
    changed();
  });
  return make("label", {}, make("span", {}, label), input);
}

function choice(label, target, name, options, changed) {
  const select = make("select", { id: name === "product" ? "product" : null }, ...options.map(([value, text]) => make("option", { value }, text)));
  select.value = target[name];
  select.addEventListener("change", () => {
    target[name] = select.value;
    changed();
  });
  return make("label", {}, make("span", {}, label), select);
}

const titled = (title, ...children) => make("fieldset", {}, make("legend", {}, title), ...children);
const button = (label, onclick, name = "button") =>
  make("button", { type: "button", class: name, id: `do-${label.toLowerCase().replace(/[^a-z]+/g, "-")}`, onclick }, label);

/** Draw the whole form. `changed` is called after every change; `redraw` when fields come or go. */
function drawForm(form, plan, evidence, { changed, redraw, open, example }) {
  const products = sortedTexts(evidence.pairings.map((each) => each.product));
  const versions = versionsOf(evidence.pairings.filter((each) => each.product === plan.product), "product", evidence.names);
  const list = listOf("product-versions", versions);
  form.replaceChildren(
    dropPlace(open, example),
    titled(
      "The customer",
      make(
        "div",
        { class: "fields" },
        field("Customer", plan, "customer", changed, { maxlength: 200 }),
        field("Go-live", plan, "go_live", changed, { type: "date" }),
        choice("Product", plan, "product", products.map((name) => [name, visible(evidence.names.title(name), 60)]), redraw),
        field("Its version", plan, "product_version", changed, { list: list.id, placeholder: "newest tested", maxlength: 100 }),
      ),
      list,
    ),
    systemsPart(plan, evidence, changed, redraw),
    functionsPart(plan, evidence, changed, redraw),
    deploymentPart(plan, changed),
  );
}

function dropPlace(open, example) {
  const input = make("input", { type: "file", id: "file", hidden: true, accept: ".yaml,.yml,.json,text/plain", "aria-label": "Stack file" });
  input.addEventListener("change", () => input.files[0] && open(input.files[0]));
  const actions = make("div", { class: "actions" }, button("Open a stack file", () => input.click()), button("Show an example", example));
  return make("div", { id: "drop" }, "Drop a stack file here, or fill in the form.", input, actions);
}

function listOf(id, texts) {
  return make("datalist", { id }, ...texts.map((text) => make("option", { value: text })));
}

/** The versions that were tested, newest first. */
function versionsOf(pairings, side, names) {
  const found = new Map();
  for (const each of pairings) {
    const scheme = names.scheme(each[side]);
    const version = side === "peer" ? shownVersion(each, scheme) : each.product_version;
    found.set(visible(version, 60), [each[`${side}_version`], scheme]);
  }
  return [...found].sort(([, left], [, right]) => compareVersions(right[0], left[0], left[1])).map(([text]) => text);
}

function systemsPart(plan, evidence, changed, redraw) {
  if (!plan.components.length) plan.components.push(emptyComponent());
  const peers = new Set(evidence.pairings.filter((each) => each.product === plan.product).map((each) => each.peer));
  const known = listOf("systems", [...peers].map((name) => visible(evidence.names.title(name), 60)).sort(byCharacters));
  const remove = (at) => () => {
    plan.components.splice(at, 1);
    redraw("#do-add-a-system");
  };
  const rows = plan.components.map((component, at) => systemRow(component, at, evidence, changed, remove(at)));
  const add = button("Add a system", () => {
    plan.components.push(emptyComponent());
    redraw(`#system-${plan.components.length - 1}`);
  });
  return titled("What stands there", known, ...rows, add);
}

function systemRow(component, at, evidence, changed, remove) {
  const { names } = evidence;
  const versions = listOf(`versions-${at}`, []);
  const typed = { version: component.distribution ? [component.version, component.distribution].filter(Boolean).join(" on ") : component.version };
  const version = field("Version or distribution", typed, "version", () => {
    Object.assign(component, versionParts(typed.version, names));
    changed();
  }, { list: versions.id, placeholder: "3.7.11, >=3.7 <3.11, Debian 12", maxlength: 100 });
  const system = field("System", component, "implementation", changed, { id: `system-${at}`, list: "systems", placeholder: "Postfix", maxlength: 200 });
  const configuration = choice("Configuration", component, "configuration", [], changed);
  const offer = () => {
    const offered = offeredFor(component, evidence);
    versions.replaceChildren(...listOf("", offered.versions).childNodes);
    configuration.lastChild.replaceChildren(...offered.configurations.map(([value, text]) => make("option", { value }, text)));
    configuration.lastChild.value = component.configuration;
  };
  system.lastChild.addEventListener("change", offer);
  offer();
  const label = `System ${at + 1}`;
  return make(
    "div",
    { class: "component", role: "group", "aria-label": label },
    make("p", {}, make("b", {}, label), make("button", { type: "button", class: "plain", onclick: remove, "aria-label": `Remove ${label.toLowerCase()}` }, "Remove")),
    make(
      "div",
      { class: "fields" },
      system,
      version,
      configuration,
      field("Sites that have it", component, "sites", changed, { inputmode: "numeric", placeholder: "where not all do", maxlength: 10 }),
      field("What they call it", component, "name", changed, { placeholder: "optional", maxlength: 200 }),
    ),
    versions,
  );
}

/** The versions, distributions and configurations in which the system of a row is known. */
function offeredFor(component, { names, pairings, rules }) {
  const folded = fold(component.implementation);
  const name = names.folded.get(folded) ?? rules.aliases[folded]?.find((each) => names.roles.has(each));
  const own = pairings.filter((each) => each.peer === name);
  const releases = [...names.carriers.keys()].filter((key) => key.startsWith(`${name}\0`)).map((key) => key.split("\0")[1]);
  const distributions = releases.map((release) => rules.distributions[release]?.[0]).filter(Boolean);
  const setUps = sortedTexts([...own.map((each) => each.configuration), component.configuration]);
  return {
    versions: [...versionsOf(own, "peer", names), ...sortedTexts(distributions).map(capital)],
    configurations: [["", "not stated"], ["default", "default"], ...setUps.filter((each) => each && each !== "default").map((each) => [each, visible(each, 60)])],
  };
}

/** What was typed for a version: a version, a distribution, or both (`3.7.11 on Debian 12`). */
function versionParts(text, names) {
  if (names.isDistribution(text)) return { version: "", distribution: text };
  const both = /^(.*?)\s*\bon\s+(.+)$/i.exec(text);
  return both ? { version: both[1], distribution: both[2] } : { version: text, distribution: "" };
}

function functionsPart(plan, evidence, changed, redraw) {
  const suites = new Set(evidence.pairings.filter((each) => each.product === plan.product).map((each) => each.suite));
  const shown = evidence.suites.filter((suite) => suites.has(suite.name));
  const measured = measuredFeatures(evidence);
  const box = make("div", { class: "functions", tabindex: "-1" });
  const rows = [];
  for (const suite of shown) {
    let group = null;
    for (const feature of suite.features) {
      if (feature.group !== group) {
        group = feature.group;
        box.append(make("h4", {}, visible(shown.length > 1 ? `${suite.title}: ${group}` : group, 80)));
      }
      const row = functionRow(plan, suite, feature, measured.has(`${suite.name}/${feature.id}`), changed);
      const own = Object.entries(evidence.rules.synonyms).flatMap(([word, ids]) => (ids.includes(feature.id) ? [word] : []));
      rows.push({ row, suite, feature, text: `${feature.title} ${feature.id} ${feature.group} ${own.join(" ")}`.toLowerCase() });
      box.append(row);
    }
  }
  const search = make("input", { type: "search", placeholder: "Find a function", "aria-label": "Find a function" });
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/);
    for (const { row, text } of rows) row.hidden = !words.every((word) => text.includes(word));
    for (const heading of box.querySelectorAll("h4")) heading.hidden = !followed(heading);
  });
  const take = (wanted) => () => {
    plan.features = new Map(rows.filter(wanted).map(({ suite, feature }) => [`${suite.name}/${feature.id}`, {}]));
    redraw();
  };
  const musts = button("All that are a MUST", take(({ feature }) => feature.level === "MUST"));
  return titled("What has to work", search, box, make("div", { class: "actions" }, musts, button("None", take(() => false))));
}

/** Whether a row under a heading is still shown. */
function followed(heading) {
  for (let next = heading.nextElementSibling; next && next.tagName === "DIV"; next = next.nextElementSibling) if (!next.hidden) return true;
  return false;
}

/** The features for which a limit was measured: only there a minimum can be asked. */
function measuredFeatures(evidence) {
  const found = new Set();
  const { pairing, feature, result } = evidence.cells;
  if (!evidence.results.some((each) => each.limits.length)) return found;
  for (let at = 0; at < pairing.length; at += 1) {
    const { limits } = evidence.results[Array.isArray(result) ? result[at] : result];
    if (limits.length) found.add(`${evidence.pairings[pairing[at]].suite}/${evidence.features[feature[at]]}`);
  }
  return found;
}

function functionRow(plan, suite, feature, measured, changed) {
  const key = `${suite.name}/${feature.id}`;
  const box = make("input", { type: "checkbox" });
  box.checked = plan.features.has(key);
  const least = measured || plan.features.get(key)?.[""] ? make("input", { placeholder: ">= 20 MB", "aria-label": `Least that will do: ${visible(feature.title, 80)}` }) : null;
  if (least) least.value = plan.features.get(key)?.[""] ?? "";
  const note = () => {
    if (least?.value.trim()) box.checked = true;
    if (box.checked) plan.features.set(key, { ...plan.features.get(key), ...(least ? { "": least.value.trim() } : {}) });
    else plan.features.delete(key);
    changed();
  };
  box.addEventListener("change", () => {
    if (least && !box.checked) least.value = "";
    note();
  });
  least?.addEventListener("input", note);
  return make("div", {}, make("label", { title: visible(`${feature.clause}, ${feature.level}`, 120) }, box, make("span", {}, visible(feature.title, 120))), least);
}

function deploymentPart(plan, changed) {
  const { deployment } = plan;
  const facts = Object.values(deployment).some(Boolean);
  return make(
    "details",
    { open: facts },
    make("summary", {}, "What a failure would cost"),
    make(
      "div",
      { class: "fields" },
      field("Sites", deployment, "sites", changed, { inputmode: "numeric", placeholder: "900" }),
      field("Transactions a day, all sites", deployment, "transactions_a_day", changed, { inputmode: "numeric", placeholder: "200000" }),
      field("Time to restart a site", deployment, "time_to_restart_a_site", changed, { placeholder: "15 min" }),
      field("An hour down costs a site", deployment, "cost_of_an_hour_down", changed, { placeholder: "450 EUR" }),
    ),
  );
}
