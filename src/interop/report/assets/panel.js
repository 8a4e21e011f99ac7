// The panel with the details of one cell, or of one feature with all its answers.

const day = (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const seconds = (value) => (value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(1)} s`);

/** Show what the state names, or nothing. The panel opens and closes with the state, never by itself. */
function drawPanel(panel, view, place) {
  const { sheet, row, column } = place;
  const all = { ...view, sheet, columns: sheet.columns.map((_, index) => index), wanted: null };
  const content = column === null ? featureDetails(all, row) : cellDetails(all, row, column);
  panel.replaceChildren(
    make(
      "header",
      {},
      make("div", { class: "actions" },
        copyButton("Copy link", () => location.href),
        make("button", { type: "button", class: "plain", "data-close": true }, "Close"),
      ),
      make("h2", { id: "panel-title", tabindex: -1 }, sheet.features[row].title),
    ),
    ...content,
  );
}

/** A list of terms; entries without a value are left out. */
function terms(...entries) {
  const shown = entries.filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return make("dl", {}, ...shown.flatMap(([term, value]) => [make("dt", {}, term), make("dd", {}, ...[value].flat())]));
}

const section = (title, ...content) => make("section", {}, make("h3", {}, title), ...content);
const code = (text) => (text ? make("code", {}, text) : "");

const outward = (url, text) => make("a", { href: url, rel: "noopener noreferrer" }, text);

function mark(answer) {
  return make("span", { class: `v ${answer.id}` }, make("i", {}, answer.glyph), make("span", {}, answer.word));
}

function askedOf(feature) {
  const clause = feature.url ? outward(feature.url, feature.clause) : feature.clause;
  return section(
    "What was asked",
    terms(
      ["Clause", clause],
      ["Level", `${feature.level}, ${feature.impact} when missing`],
      ["Customer sees", feature.sees],
      ["Both may", feature.legal],
      ["Workaround", feature.workaround],
    ),
  );
}

function cellDetails(view, row, column) {
  const { sheet } = view;
  const answer = answerAt(sheet, row, column);
  const found = detailsAt(sheet, row, column);
  const peer = sheet.columns[column];
  const why = found.reason.split("\n").filter(Boolean);
  return [
    make("p", { class: "verdict" }, mark(answer), ` with ${peer.title} ${peer.label}`),
    ...why.map((line) => make("p", {}, line)),
    siblings(view, row, column),
    happened(answer, found),
    askedOf(sheet.features[row]),
    versions(sheet, peer),
    repeat(sheet, found, peer),
    proof(found),
  ].filter(Boolean);
}

function happened(answer, found) {
  const helps = { true: " (verified: it helps)", false: " (verified: it does not help)" }[found.verified] ?? "";
  return section(
    "What happened",
    terms(
      ["Meaning", answer.meaning],
      ["Limit", answer.limits],
      ["Blame", found.blame === "none" ? "" : `${found.blame}${found.confidence ? `, ${found.confidence}` : ""}`],
      ["Outcome", found.outcome],
      ["Attempts", found.total ? `${found.passed} of ${found.total} passed` : "none"],
      ["Signature", code(found.signature)],
      ["Expectation", answer.known && `${answer.known}: ${found.expectation}`],
      ["Workaround", found.workaround && `${found.workaround}${helps}`],
      ["Tested", found.tested ? `${day(found.tested)}, took ${seconds(found.duration)}` : ""],
    ),
  );
}

function versions(sheet, peer) {
  return section(
    "What it was tested with",
    terms(
      ["Product", `${sheet.product} ${sheet.productVersion} as ${sheet.role}`],
      ["Peer", [peer.homepage ? outward(peer.homepage, peer.title) : peer.title, ` ${peer.exact}${peer.release ? ` (${peer.release})` : ""} as ${sheet.peerRole}`]],
      ["Configuration", [peer.configuration, peer.hash ? " " : "", code(peer.hash)]],
      ["Digest", code(peer.digest)],
      ["Engine", peer.engine],
    ),
  );
}

/** The same feature in the other columns of this implementation. */
function siblings(view, row, column) {
  const { sheet } = view;
  const { peer } = sheet.columns[column];
  const others = view.columns.filter((each) => sheet.columns[each].peer === peer);
  if (others.length < 2) return null;
  const items = others.map((each) => {
    const answer = answerAt(sheet, row, each);
    const link = make("a", { href: `#cell=${encode(cellId(sheet, row, each))}`,
      "aria-current": each === column ? "true" : null }, `${answer.glyph} ${sheet.columns[each].label}: ${inWords(answer)}`);
    return make("li", {}, link);
  });
  return make("ul", { class: "siblings", "aria-label": "Other versions" }, ...items);
}

/** Put a text between double quotes for a shell. */
const quoted = (text) => `"${text.replace(/["\\$`]/g, "\\$&")}"`;

function repeat(sheet, found, peer) {
  if (!found.scenario) return null;
  const command = `pytest --interop ${quoted(`${found.scenario}[${sheet.productKey}-${peer.key}]`)}`;
  return section("How to repeat it", make("pre", {}, command), copyButton("Copy command", () => command));
}

function proof(found) {
  if (!found.evidence) return null;
  const text = evidenceOf(found.evidence);
  const body = text ? make("pre", { tabindex: 0, class: "proof" }, text) : make("p", {}, "It is not embedded here: read the file.");
  return section("Evidence", make("p", {}, code(found.evidence)), body);
}

function featureDetails(view, row) {
  const { sheet } = view;
  const items = runsOf(view, row).map((run) =>
    make(
      "li",
      {},
      mark(run.answer),
      " ",
      make("a", { href: `#cell=${encode(cellId(sheet, row, run.from))}` }, namesOf(view, run)),
      run.answer.limit || run.answer.note ? `: ${[run.answer.limit, run.answer.note].filter(Boolean).join(", ")}` : "",
    ),
  );
  return [askedOf(sheet.features[row]), section("With each peer", make("ul", { class: "answers" }, ...items))];
}
