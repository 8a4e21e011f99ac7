// The page: what the reader does changes the state, the state is written to the URL, and the page is drawn from it.

const narrow = matchMedia("(max-width: 40rem)");
const folded = new Map(sheets.map((sheet) => [sheet.id, new Set()]));
const box = byId("box");
const panel = byId("panel");
const filters = byId("filters");
let state = nothingChosen();
let view = null;

const currentSheet = () => sheets.find((sheet) => sheet.id === state.sheet);

/** Change what is filtered, and show it. */
function change(changes) {
  state = { ...state, ...changes };
  history.replaceState(null, "", writeHash(state));
  draw();
}

function draw() {
  const sheet = currentSheet();
  if (!sheet) return;
  if (view?.sheet !== sheet) fillFilters(sheet);
  view = choose(sheet, state, folded.get(sheet.id));
  showFilters();
  const pressed = box.contains(document.activeElement) ? document.activeElement.dataset.peer : null;
  if (narrow.matches) drawList(box, view);
  else drawTable(box, view);
  if (pressed) [...box.querySelectorAll("[data-peer]")].find((each) => each.dataset.peer === pressed)?.focus();
  byId("none").hidden = view.rows.length > 0 && view.columns.length > 0;
  byId("answer").textContent = inShort(view);
  showCards();
  showPlace();
}

/** What the filters leave, in a sentence: with a peer chosen it is the answer for that peer. */
function inShort({ sheet, rows, columns, counts }) {
  const peer = state.peer && columns.length ? sheet.columns[columns[0]] : null;
  const cells = Object.values(counts).reduce((sum, each) => sum + each, 0);
  const found = [...verdicts.values()].filter(({ id }) => counts[id]).map(({ id, word }) => `${counts[id].toLocaleString("en")} ${word}`);
  const what = peer ? `With ${peer.title}${state.peer === peer.key ? ` ${peer.label}` : ""}: ` : "";
  const shown = `${count(rows.length, "feature")} in ${count(columns.length, "column")}`;
  return `${what}${shown}. Of ${count(cells, "cell")}: ${found.join(", ")}.`;
}

function fillFilters(sheet) {
  const option = (value, label) => make("option", { value }, label);
  const peers = new Map();
  for (const column of sheet.columns) {
    if (!peers.has(column.peer)) peers.set(column.peer, []);
    peers.get(column.peer).push(column);
  }
  const groups = [...peers].map(([peer, columns]) => {
    const { title } = columns[0];
    const all = columns.length > 1 ? [option(peer, `${title}, all ${columns.length}`)] : [];
    return make("optgroup", { label: title }, ...all, ...columns.map(({ key, label }) => option(key, `${title} ${label}`)));
  });
  filters.elements.peer.replaceChildren(option("", "All peers"), ...groups);
  const themes = new Set(sheet.features.map((feature) => feature.group));
  filters.elements.group.replaceChildren(option("", "All themes"), ...[...themes].map((theme) => option(theme, theme)));
  const chips = [...verdicts.values()].map(({ id, glyph, word }) =>
    make("button", { type: "button", class: "chip", "data-verdict": id }, make("span", { class: `v ${id}` }, make("i", {}, glyph), make("span", {}, word)), make("b")),
  );
  byId("chips").replaceChildren(...chips);
}

function showFilters() {
  if (document.activeElement !== filters.elements.q) filters.elements.q.value = state.q;
  filters.elements.peer.value = state.peer;
  filters.elements.group.value = state.group;
  filters.elements.gaps.checked = state.gaps;
  byId("clear").hidden = !isFiltered(state);
  for (const chip of byId("chips").children) {
    const id = chip.dataset.verdict;
    chip.setAttribute("aria-pressed", String(state.verdict.has(id)));
    chip.lastChild.textContent = view.counts[id].toLocaleString("en");
    chip.disabled = !view.counts[id] && !state.verdict.has(id);
  }
  for (const tab of document.querySelectorAll("#tabs a")) {
    if (tab.dataset.sheet === state.sheet) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
}

const cards = [...document.querySelectorAll(".cards article")].map((card) => ({
  card,
  places: [...card.querySelectorAll("a[href^='#cell=']")].map((link) => findPlace(readHash(link.hash).cell)),
}));

/** Of the gaps at the top, show those that concern the peer in view. */
function showCards() {
  const concerns = (place) => !state.peer || place?.sheet !== view.sheet || view.named(view.sheet.columns[place.column]);
  for (const { card, places } of cards) card.hidden = !places.some(concerns);
}

function showPlace() {
  const place = findPlace(state.cell || state.row);
  if (!place) {
    if (panel.open) panel.close();
    return;
  }
  drawPanel(panel, view, place);
  panel.scrollTop = 0;
  if (!panel.open) panel.showModal();
  byId("panel-title").focus();
}

/** Show a place in the table: its theme unfolded, the cursor on it. */
function reveal(place, options) {
  if (narrow.matches || !place || place.sheet !== view.sheet) return;
  const theme = place.sheet.features[place.row].group;
  if (folded.get(place.sheet.id).delete(theme)) draw();
  const cursor = cursorOf(place.row, place.column);
  if (cursor) moveCursor(cursor, options);
}

function follow(event) {
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  const button = event.target.closest("button");
  const link = event.target.closest("a[href^='#']");
  if (button?.dataset.peer) change({ peer: state.peer === button.dataset.peer ? "" : button.dataset.peer });
  else if (button?.dataset.theme) fold(button.dataset.theme);
  else if (button?.dataset.verdict) toggleVerdict(button.dataset.verdict);
  else if (button && "close" in button.dataset) panel.close();
  else if (link && plain) {
    event.preventDefault();
    const { sheet, cell, row } = readHash(link.hash);
    goTo({ sheet, cell, row });
  }
}

/** Show another place or sheet; the filters stay, and the browser's Back returns. */
function goTo(changes) {
  const moved = changes.sheet !== state.sheet;
  state = { ...state, ...changes, ...(moved ? { peer: "", group: "" } : {}) };
  history.pushState(null, "", writeHash(state));
  if (moved) draw();
  else showPlace();
}

function fold(theme) {
  const closed = folded.get(state.sheet);
  if (!closed.delete(theme)) closed.add(theme);
  const { cursor } = drawn;
  draw();
  const line = view.lines.findIndex((each) => each.group === theme);
  if (narrow.matches) [...box.querySelectorAll("[data-theme]")].find((each) => each.dataset.theme === theme)?.focus();
  else moveCursor({ line, at: cursor.at < 0 ? -1 : cursor.at });
}

function toggleVerdict(id) {
  const verdict = new Set(state.verdict);
  if (!verdict.delete(id)) verdict.add(id);
  change({ verdict });
}

/** On paper everything stands: each sheet whole, as a table where it fits the page, else as a list. */
function drawForPaper() {
  const parts = sheets.map((sheet) => {
    const part = make("section");
    const chosen = choose(sheet, state, new Set());
    if (chosen.columns.length <= 6) drawTable(part, chosen, { whole: true });
    else drawList(part, chosen, { whole: true });
    if (sheets.length > 1) part.prepend(make("h2", {}, sheet.title));
    return part;
  });
  box.replaceChildren(...parts);
}

function readLocation() {
  state = readHash(location.hash);
  draw();
  const place = findPlace(state.cell || state.row);
  if (place) reveal(place, { focus: false });
}

document.addEventListener("click", follow);
document.addEventListener("keydown", (event) => {
  if (box.contains(event.target) && !narrow.matches && moveByKey(event)) event.preventDefault();
});
filters.addEventListener("submit", (event) => event.preventDefault());
filters.addEventListener("input", () => {
  const { q, peer, group, gaps } = filters.elements;
  box.scrollTop = 0;
  change({ q: q.value.trim(), peer: peer.value, group: group.value, gaps: gaps.checked });
});
byId("clear").addEventListener("click", () => {
  const { q, peer, group, verdict, gaps } = nothingChosen();
  change({ q, peer, group, verdict, gaps });
  filters.elements.q.focus();
});
panel.addEventListener("close", () => {
  const place = findPlace(state.cell || state.row);
  if (!place) return;
  state = { ...state, cell: "", row: "" };
  history.replaceState(null, "", writeHash(state));
  // The browser gives the focus back to what opened the panel; a link from elsewhere has no such place.
  const nowhere = document.activeElement === document.body || panel.contains(document.activeElement);
  if (nowhere) reveal(place);
});
panel.addEventListener("click", (event) => event.target === panel && panel.close());
box.addEventListener("scroll", () => !narrow.matches && requestAnimationFrame(() => drawPart()), { passive: true });
window.addEventListener("hashchange", readLocation);
window.addEventListener("popstate", readLocation);
window.addEventListener("resize", () => !narrow.matches && drawPart());
window.addEventListener("beforeprint", drawForPaper);
window.addEventListener("afterprint", draw);
narrow.addEventListener("change", draw);

byId("live").hidden = !sheets.length;
if (narrow.matches) document.querySelectorAll(".facts details").forEach((versions) => (versions.open = false));
readLocation();
