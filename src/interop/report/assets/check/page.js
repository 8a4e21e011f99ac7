// The page: what is entered becomes a stack, the stack is checked at once, and the answer is drawn.

const evidence = new Evidence(JSON.parse(byId("facts").textContent));
let plan = emptyPlan();
let report = null;
/** Whether the sheet leaves nothing out, however many pages it takes. */
let full = false;

/** Check a stack file's text; what scripts and the page itself use. `now` is in seconds since the epoch. */
const answerOf = (text, now = Date.now() / 1000) => checkStack(stackOf(loadYaml(text), evidence), evidence, now);

const sheetFor = (found, everything) => buildSheet(found, evidence.rules, evidence.words, evidence.paper, everything);

function changed() {
  history.replaceState(null, "", fragmentOfPlan(plan));
  answer();
}

function redraw(focus = "") {
  const { id } = document.activeElement ?? {};
  drawForm(byId("plan"), plan, evidence, { changed, redraw: (next) => { redraw(next); changed(); }, open: openFile, example });
  const next = focus ? document.querySelector(focus) : byId(id || "plan");
  if (focus || id) next?.focus({ preventScroll: !focus });
}

/** Answer for what stands in the form; a mistake in it is said in the answer's place. */
function answer() {
  report = null;
  try {
    const asked = plan.components.some((each) => each.implementation);
    if (!evidence.pairings.length) tell("Nothing was tested: there is nothing to check against.");
    else if (!asked || !plan.features.size) tell(`Choose ${[asked ? "" : "what stands there", plan.features.size ? "" : "what has to work"].filter(Boolean).join(" and ")}: the answer stands here at once.`);
    else {
      report = checkStack(stackOfPlan(plan, evidence), evidence, Date.now() / 1000);
      drawResult(byId("result"), report, evidence, namelessSystems(), [
        button("Customer's sheet", showSheet, "button main"),
        button("Print it", () => window.print()),
        copyLink(),
        button("Save as a stack file", save),
      ]);
      full = false;
      drawPaper();
    }
  } catch (mistake) {
    if (!(mistake instanceof Mistake)) throw mistake;
    tell(mistake.message, "mistake");
  }
  if (!report) byId("sheet").firstElementChild.replaceChildren(make("p", {}, "There is no answer to print yet."));
  const jump = byId("jump");
  jump.hidden = !report;
  if (report) jump.replaceChildren(make("a", { href: "#result", onclick: scrollToResult }, `${evidence.words.answers[report.answer]}: see why`));
}

/** The numbers of the systems of which something was entered, but not what they are. */
function namelessSystems() {
  const facts = ({ name, version, distribution, configuration, sites }) => [name, version, distribution, configuration, sites].some(Boolean);
  return plan.components.flatMap((each, at) => (!each.implementation && facts(each) ? [at + 1] : []));
}

const tell = (text, name = "note") => byId("result").replaceChildren(make("p", { class: name, role: name === "mistake" ? "alert" : null }, visible(text, 4000)));

/** The link holds the stack; an anchor in the address would take its place. */
function scrollToResult(event) {
  event.preventDefault();
  byId("result").scrollIntoView({ block: "start" });
}

function copyLink() {
  const copied = copyButton("Copy a link to this", () => location.href);
  copied.className = "button";
  return copied;
}

const drawPaper = () => drawSheet(byId("sheet").firstElementChild, sheetFor(report, full));

/** A tick for the sheet that leaves nothing out; none where two pages hold it all. */
function everythingTick() {
  if (!report || JSON.stringify(sheetFor(report, true)) === JSON.stringify(sheetFor(report, false))) return [];
  const tick = make("input", { type: "checkbox", checked: full || null, onchange: () => { full = tick.checked; drawPaper(); } });
  return [make("label", {}, tick, " Everything, however many pages it takes")];
}

function showSheet() {
  document.documentElement.dataset.view = "sheet";
  byId("screen-style").media = "not all";
  byId("sheet-style").media = "all";
  byId("sheet").hidden = byId("tools").hidden = false;
  byId("tools").replaceChildren(button("Back to the checker", showChecker), button("Print", () => window.print()), ...everythingTick());
  byId("tools").firstElementChild.focus();
  window.scrollTo(0, 0);
}

function showChecker() {
  delete document.documentElement.dataset.view;
  byId("screen-style").media = "screen";
  byId("sheet-style").media = "print";
  byId("sheet").hidden = byId("tools").hidden = true;
  byId("result").querySelector("button")?.focus();
}

function save() {
  const address = URL.createObjectURL(new Blob([fileOfPlan(plan)], { type: "application/yaml" }));
  const name = caseless(plan.customer).replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || "customer";
  make("a", { href: address, download: `${name}.stack.yaml` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** Take a stack file's text for the plan; a mistake leaves the form as it is and is said. */
function take(text) {
  try {
    plan = planOfText(text, evidence);
  } catch (mistake) {
    if (!(mistake instanceof Mistake)) throw mistake;
    tell(`${mistake.line ? `Line ${mistake.line}: ` : ""}${mistake.message}${plan.customer ? "\nThe form still holds what stood there before." : ""}`, "mistake");
    return false;
  }
  redraw();
  answer();
  return true;
}

async function openFile(file) {
  if (file.size > 4 * SIZE_LIMIT) tell(`The file has ${whole(file.size)} bytes; at most ${whole(SIZE_LIMIT)} are read.`, "mistake");
  else if (take(await file.text())) history.replaceState(null, "", fragmentOfPlan(plan));
}

function example() {
  plan = examplePlan(evidence);
  redraw();
  changed();
}

function readLocation() {
  try {
    const text = textOfFragment(location.hash);
    if (text !== null && take(text)) return;
  } catch (mistake) {
    if (!(mistake instanceof Mistake)) throw mistake;
    tell(mistake.message, "mistake");
    return;
  }
  if (location.hash && byId("result").firstElementChild) return;
  answer();
}

const isFile = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (!isFile(event)) return;
  event.preventDefault();
  byId("drop").classList.add("over");
});
document.addEventListener("dragleave", (event) => event.relatedTarget || byId("drop").classList.remove("over"));
document.addEventListener("drop", (event) => {
  if (!isFile(event)) return;
  event.preventDefault();
  byId("drop").classList.remove("over");
  openFile(event.dataTransfer.files[0]);
});
byId("plan").addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("hashchange", readLocation);

/**
 * For scripts. `check` gives the answer to a stack file's text, with the keys of `interop check --format json`, and
 * the sheet (`full`: the one that leaves nothing out); `compare` orders two versions, `matches` says whether a version is one that a range means.
 */
window.interop = {
  compare: compareVersions,
  matches: matchesSpec,
  check(text, now, everything = false) {
    try {
      const found = answerOf(text, now);
      return { answer: documentOf(found, evidence.rules, evidence.words), sheet: sheetFor(found, everything) };
    } catch (mistake) {
      if (mistake instanceof Mistake) return { mistake: mistake.message };
      throw mistake;
    }
  },
};

plan.product = evidence.pairings[0]?.product ?? evidence.run.product;
redraw();
readLocation();
