// The table: header, rows, arrow keys. Of a large table only the rows and columns in sight are in the page.

const large = 3000; // cells, a row's heading counted as four
const spare = 4; // rows and columns kept ready on each side of those in sight

/** The table in the page: what it shows, which lines and columns are there, where the keyboard's cursor is. */
const drawn = { view: null, box: null, table: null, tops: null, lefts: null, head: 0, part: null, cursor: { line: 0, at: -1 } };

/** Draw the view's table into `box`, which scrolls. `whole` draws every row whatever their number (for paper). */
function drawTable(box, view, { whole = false } = {}) {
  if (whole) {
    box.replaceChildren(emptyTable(view, { paper: true }));
    box.firstChild.append(...bodies(view, wholeOf(view)));
    return;
  }
  const some = view.lines.length * (view.columns.length + 4) > large;
  const last = Math.max(view.lines.length - 1, 0);
  const fresh = !box.contains(drawn.table) || !sameColumns(drawn.view, view) || some !== Boolean(drawn.tops);
  const table = fresh ? emptyTable(view, { some }) : drawn.table;
  const cursor = { line: Math.min(drawn.cursor.line, last), at: Math.min(drawn.cursor.at, view.columns.length - 1) };
  const [tops, lefts] = some ? offsets(view) : [null, null];
  Object.assign(drawn, { view, box, table, tops, lefts, cursor });
  // The rows come first and the table takes the old one's place whole: so the box keeps where it was scrolled to.
  drawPart({ force: true });
  if (!fresh) return;
  box.replaceChildren(table);
  drawn.head = table.tHead.offsetHeight;
  box.style.scrollPadding = `${drawn.head + 4}px 8px 8px ${table.tHead.rows[0].cells[0].offsetWidth + 4}px`;
}

function sameColumns(one, other) {
  return one?.sheet === other.sheet && one.columns.length === other.columns.length &&
    one.columns.every((column, position) => column === other.columns[position]);
}

function emptyTable(view, { some = false, paper = false }) {
  const peers = peersOf(view);
  const table = make(
    "table",
    { class: some ? "matrix even" : "matrix" },
    make("caption", { class: "off-screen" }, `${view.sheet.title}: features by implementation and version`),
    columnWidths(peers),
    header(view, peers, paper),
  );
  const width = peers.reduce((sum, { from, to }) => sum + (from === to ? lone : (to - from + 1) * narrowest), 0);
  table.style.setProperty("--cells", `${width}rem`);
  return table;
}

// Widths in rem of a column, and of one that stands alone under its implementation's name; as in the style sheet.
const narrowest = 4.75;
const lone = 6.5;

function columnWidths(peers) {
  const group = make("colgroup", {}, make("col", { class: "feature" }));
  for (const { from, to } of peers) {
    for (let position = from; position <= to; position += 1) group.append(make("col", { class: from === to ? "alone" : null }));
  }
  return group;
}

/** Neighbouring columns of one implementation. */
function peersOf({ sheet, columns }) {
  const peers = [];
  columns.forEach((column, position) => {
    const { peer, title } = sheet.columns[column];
    if (peers.at(-1)?.peer === peer) peers.at(-1).to = position;
    else peers.push({ peer, title, from: position, to: position });
  });
  return peers;
}

function header(view, found, paper) {
  const { sheet, columns } = view;
  const starts = new Set(found.map(({ from }) => from));
  const edge = (position) => (starts.has(position) ? "edge" : null);
  // On paper a header is repeated on each page, and browsers leave buttons out of what they repeat.
  const filter = (key, name, ...label) =>
    paper
      ? make("span", {}, ...label)
      : make("button", { type: "button", class: "plain", "data-peer": key, title: `Show only ${name}` }, ...label);
  const corner = make("th", { scope: "col", rowspan: 2, class: "feature" }, "Feature");
  const peers = found.map(({ peer, title, from, to }) =>
    make("th", { scope: "colgroup", colspan: to - from + 1, class: "edge" }, filter(peer, title, title)),
  );
  const versions = columns.map((column, position) => {
    const { key, title, label, version, configuration } = sheet.columns[column];
    const variant = configuration === "default" ? null : make("small", {}, `+${configuration}`);
    return make("th", { scope: "col", class: edge(position) }, filter(key, `${title} ${label}`, version, variant));
  });
  const sums = columns.map((column, position) => {
    const { works, tried, gaps } = sheet.columns[column];
    return make(
      "td",
      { class: edge(position) },
      make("b", {}, `${works}/${tried}`),
      gaps ? make("span", { class: "gaps" }, count(gaps, "gap")) : null,
    );
  });
  return make(
    "thead",
    {},
    make("tr", {}, corner, ...peers),
    make("tr", { class: "versions" }, ...versions),
    make("tr", { class: "sums" }, make("th", { scope: "row", class: "feature" }, "Work, of those tried"), ...sums),
  );
}

/** Top of each line and left of each column in pixels, and their ends: `even` tables have known measures. */
function offsets(view) {
  const unit = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const tops = new Float64Array(view.lines.length + 1);
  view.lines.forEach((line, index) => (tops[index + 1] = tops[index] + unit * (line.members ? 2 : 3)));
  const lefts = new Float64Array(view.columns.length + 1);
  for (const { from, to } of peersOf(view)) {
    const width = unit * (from === to ? lone : narrowest);
    for (let position = from; position <= to; position += 1) lefts[position + 1] = lefts[position] + width;
  }
  return [tops, lefts];
}

const wholeOf = (view) => ({ first: 0, last: view.lines.length, from: 0, to: view.columns.length });

/** Which of the pieces that begin at `starts` are between two distances: the first, and the one after the last. */
function between(starts, near, far) {
  const total = starts.length - 1;
  const at = (distance) => {
    let [low, high] = [0, total];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle + 1] <= distance) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const start = Math.max(0, Math.min(near, starts[total] - (far - near)));
  return [at(start), Math.min(total, at(start + far - near) + 1)];
}

/** Bring what is in sight into the page; without `force`, only when it is not there yet. */
function drawPart({ force = false } = {}) {
  const { view, box, table, tops, lefts, part } = drawn;
  let wanted = wholeOf(view);
  if (tops) {
    const [first, last] = between(tops, box.scrollTop, box.scrollTop + box.clientHeight);
    const [from, to] = between(lefts, box.scrollLeft, box.scrollLeft + box.clientWidth);
    const there = part && first >= part.first && last <= part.last && from >= part.from && to <= part.to;
    if (there && !force) return;
    wanted = {
      first: Math.max(0, first - spare),
      last: Math.min(view.lines.length, last + spare),
      from: Math.max(0, from - spare),
      to: Math.min(view.columns.length, to + spare),
    };
  } else if (!force) return;
  drawn.part = wanted;
  const focused = document.activeElement?.closest("tbody") && table.contains(document.activeElement);
  for (const body of [...table.tBodies]) body.remove();
  const gap = (height) => {
    if (!height) return [];
    const row = make("tr", { class: "gap", "aria-hidden": "true" }, make("td", { colspan: view.columns.length + 1 }));
    row.style.height = `${height}px`;
    return [make("tbody", {}, row)];
  };
  const above = tops ? tops[wanted.first] : 0;
  const below = tops ? tops[view.lines.length] - tops[wanted.last] : 0;
  table.append(...gap(above), ...bodies(view, wanted), ...gap(below));
  if (tops) table.setAttribute("aria-rowcount", view.lines.length + 3);
  const target = targetAt(drawn.cursor) ?? table.querySelector("tbody [data-at]");
  target?.setAttribute("tabindex", "0");
  if (focused) target?.focus({ preventScroll: true });
}

/** A part of the table, a tbody for each theme. */
function bodies(view, part) {
  const edges = new Set(peersOf(view).map(({ from }) => from));
  const made = [];
  for (let index = part.first; index < part.last; index += 1) {
    const line = view.lines[index];
    if (line.members || !made.length) made.push(make("tbody"));
    made.at(-1).append(line.members ? themeRow(view, line, index) : featureRow(view, line.row, index, edges, part));
  }
  return made;
}

function themeRow(view, line, index) {
  const gaps = line.members.filter((row) => view.columns.some((column) => answerAt(view.sheet, row, column).gap)).length;
  const button = make(
    "button",
    { type: "button", class: "plain", "aria-expanded": String(line.open), "data-theme": line.group, "data-at": -1, tabindex: -1 },
    line.group,
  );
  const note = make("span", { class: "note" }, count(line.members.length, "feature"), gaps ? `, ${count(gaps, "gap")}` : "");
  const heading = make("th", { scope: "rowgroup", colspan: view.columns.length + 1 }, make("div", {}, button, note));
  return make("tr", { class: "theme", "aria-rowindex": index + 4, "data-line": index }, heading);
}

function featureRow(view, row, index, edges, part) {
  const { sheet } = view;
  const feature = sheet.features[row];
  const heading = make(
    "th",
    { scope: "row", class: "feature" },
    make("a", { href: `#row=${encode(rowId(sheet, row))}`, "data-at": -1, tabindex: -1, title: feature.title }, feature.title),
    make("span", { class: "note" }, feature.clause, " ", make("span", { class: "level" }, feature.level)),
  );
  const runs = runsOf(view, row);
  const shown = runs.filter((run) => run.to >= part.from && run.from < part.to);
  const before = shown.length ? shown[0].from : 0;
  const after = shown.length ? view.columns.length - 1 - shown.at(-1).to : 0;
  const gap = (columns) => (columns ? make("td", { colspan: columns, "aria-hidden": "true" }) : null);
  const cells = shown.map((run) => cellOf(view, row, run, edges.has(run.from)));
  return make("tr", { "aria-rowindex": index + 4, "data-line": index }, heading, gap(before), ...cells, gap(after));
}

function cellOf(view, row, run, edge) {
  const { sheet, columns, wanted } = view;
  const { answer, from, to } = run;
  const cell = document.createElement("td");
  if (to > from) cell.colSpan = to - from + 1;
  if (edge) cell.className = "edge";
  const link = document.createElement("a");
  link.className = `v ${answer.id}${wanted && !wanted[answer.number] ? " quiet" : ""}`;
  link.href = `#cell=${encode(cellId(sheet, row, columns[from]))}`;
  link.tabIndex = -1;
  link.dataset.at = from;
  link.setAttribute("aria-label", `${inWords(answer)}: ${sheet.features[row].title}, ${namesOf(view, run)}`);
  link.append(make("i", {}, answer.glyph), make("span", {}, answer.limit || answer.word));
  if (answer.note) link.append(make("small", {}, answer.note));
  cell.append(link);
  return cell;
}

/** The link or button under the cursor; a merged cell stands for all its columns. */
function targetAt({ line, at }) {
  const row = drawn.table.querySelector(`tr[data-line="${line}"]`);
  const found = [...(row?.querySelectorAll("[data-at]") ?? [])].filter((each) => Number(each.dataset.at) <= at);
  return found.at(-1) ?? null;
}

/** Put the cursor on a place and the focus with it, bringing it into the page first. */
function moveCursor(cursor, { focus = true } = {}) {
  const { tops, lefts, box, table, head, part } = drawn;
  if (tops && (cursor.line < part.first || cursor.line >= part.last)) {
    box.scrollTop = tops[cursor.line] - (box.clientHeight - head) / 2;
  }
  if (lefts && cursor.at >= 0 && (cursor.at < part.from || cursor.at >= part.to)) box.scrollLeft = lefts[cursor.at];
  drawn.cursor = cursor;
  drawPart();
  table.querySelectorAll('tbody [tabindex="0"]').forEach((each) => each.setAttribute("tabindex", "-1"));
  const target = targetAt(cursor);
  target?.setAttribute("tabindex", "0");
  if (focus) target?.focus({ preventScroll: true });
  target?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Arrow keys, Home, End, Page Up and Page Down in the grid; true when the key was one of these. */
function moveByKey(event) {
  const here = event.target.closest("[data-at]");
  if (!here || event.altKey || event.metaKey) return false;
  const { view, box } = drawn;
  const line = Number(here.closest("tr").dataset.line);
  const last = view.columns.length - 1;
  const from = Number(here.dataset.at);
  const wide = here.closest("td")?.colSpan ?? 1;
  // Up and down keep to the column that the reader came from, also through merged cells.
  const at = drawn.cursor.at >= from && drawn.cursor.at < from + wide ? drawn.cursor.at : from;
  const page = Math.max(1, Math.floor(box.clientHeight / 48) - 2);
  const steps = {
    ArrowLeft: [line, from - 1],
    ArrowRight: [line, from + wide],
    ArrowUp: [line - 1, at],
    ArrowDown: [line + 1, at],
    PageUp: [line - page, at],
    PageDown: [line + page, at],
    Home: [event.ctrlKey ? 0 : line, -1],
    End: [event.ctrlKey ? view.lines.length - 1 : line, last],
  };
  const step = steps[event.key];
  if (!step) return false;
  const within = (value, low, high) => Math.min(Math.max(value, low), high);
  moveCursor({ line: within(step[0], 0, view.lines.length - 1), at: within(step[1], -1, last) });
  return true;
}

/** Where a row and a column stand in the drawn table; null when the filters or a folded theme hide them. */
function cursorOf(row, column) {
  const line = drawn.view.lines.findIndex((each) => each.row === row);
  const at = column === null ? -1 : drawn.view.columns.indexOf(column);
  return line < 0 || (column !== null && at < 0) ? null : { line, at };
}
