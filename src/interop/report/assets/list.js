// The same answers as a list, feature by feature: for narrow screens and for paper, where the table is too wide.

/** Draw the view as a list into `box`. */
function drawList(box, view) {
  const parts = view.lines.map((line) => (line.members ? themeHeading(line) : featureItem(view, line.row)));
  box.replaceChildren(make("div", { class: "list" }, ...parts));
}

function themeHeading(line) {
  const button = make(
    "button",
    { type: "button", class: "plain", "aria-expanded": String(line.open), "data-theme": line.group },
    line.group,
  );
  return make("h3", {}, button, make("span", { class: "note" }, count(line.members.length, "feature")));
}

function featureItem(view, row) {
  const { sheet } = view;
  const feature = sheet.features[row];
  return make(
    "article",
    {},
    make("h4", {}, make("a", { href: `#row=${encode(rowId(sheet, row))}` }, feature.title)),
    make("p", { class: "note" }, feature.clause, " ", make("span", { class: "level" }, feature.level)),
    make("ul", { class: "answers" }, ...answersOf(view, row).map((group) => answerItem(view, row, group))),
  );
}

/** The runs of a row, gathered by what they answer; what most columns answer comes first. */
function answersOf(view, row) {
  const groups = new Map();
  for (const run of runsOf(view, row)) {
    if (!groups.has(run.answer)) groups.set(run.answer, []);
    groups.get(run.answer).push(run);
  }
  const size = (runs) => runs.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return [...groups].map(([answer, runs]) => ({ answer, runs, size: size(runs) })).sort((a, b) => b.size - a.size);
}

/** What works is only counted; everything else names its peers, each a link to its cell. */
function answerItem(view, row, { answer, runs, size }) {
  const { sheet, columns } = view;
  const mark = make("span", { class: `v ${answer.id}` }, make("i", {}, answer.glyph), make("span", {}, answer.limit || answer.word), answer.note ? make("small", {}, answer.note) : null);
  if (answer.id === "works" && size === columns.length && columns.length > 1) {
    return make("li", {}, mark, ` with all ${count(size, sheet.peerRole)}`);
  }
  if (answer.id === "works" && !answer.limit && runs.length > 3) {
    return make("li", {}, mark, ` with ${size} of ${count(columns.length, sheet.peerRole)}`);
  }
  const names = runs.flatMap((run, index) => [
    index ? ", " : " with ",
    make(
      "a",
      { href: `#cell=${encode(cellId(sheet, row, columns[run.from]))}` },
      namesOf(view, run),
    ),
  ]);
  return make("li", {}, mark, ...names);
}
