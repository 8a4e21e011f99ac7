// The same answers as a list, feature by feature: for narrow screens and for paper, where the table is too wide.

const atOnce = 50; // lines drawn before the reader scrolls on
const mostNamed = 12; // peers of one answer that are named

/** Draw the view as a list into `box`, on a screen piece by piece; `whole` draws all of it (for paper). */
function drawList(box, view, { whole = false } = {}) {
  const list = make("div", { class: "list" });
  const end = make("div");
  let drawn = 0;
  const drawMore = (most) => {
    const lines = view.lines.slice(drawn, drawn + most);
    drawn += lines.length;
    end.before(...lines.map((line) => (line.members ? themeHeading(line) : featureItem(view, line.row))));
  };
  list.append(end);
  drawMore(whole ? view.lines.length : atOnce);
  box.replaceChildren(list);
  if (drawn === view.lines.length) return;
  const watch = new IntersectionObserver(
    ([entry]) => {
      if (!end.isConnected || drawn === view.lines.length) watch.disconnect();
      else if (entry.isIntersecting) {
        drawMore(atOnce);
        watch.unobserve(end); // an end that stays in sight is seen anew only when it is watched anew
        watch.observe(end);
      }
    },
    { rootMargin: "1000px" },
  );
  watch.observe(end);
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
  const more = runs.slice(mostNamed).reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const names = runs.slice(0, mostNamed).flatMap((run, index) => [
    index ? ", " : " with ",
    make(
      "a",
      { href: `#cell=${encode(cellId(sheet, row, columns[run.from]))}` },
      namesOf(view, run),
    ),
  ]);
  return make("li", {}, mark, ...names, more ? ` and ${more} more` : "");
}
