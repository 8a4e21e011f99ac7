// The embedded matrix. A sheet is one table: one suite, one role of one product. Knows nothing of the page.

const book = JSON.parse(byId("matrix").textContent);
const verdicts = new Map(book.verdicts.map((verdict) => [verdict.id, verdict]));
const sheets = book.sheets.map(unfold);
const links = new Map();
for (const sheet of sheets) {
  sheet.features.forEach((feature, row) => links.set(`${sheet.id}/${feature.id}`, { sheet, row }));
}

/** Index a sheet: what each answer means, what rows are searched by, where columns are. */
function unfold(sheet) {
  const answers = sheet.answers.map((each, number) => ({ ...verdicts.get(each.id), ...each, number }));
  const text = sheet.features.map((each) =>
    `${each.title} ${each.id} ${each.clause} ${each.group} ${each.level}`.toLowerCase(),
  );
  const keys = new Map(sheet.columns.map((each, position) => [each.key, position]));
  const columns = sheet.columns.map((each) => ({ ...each, label: labelOf(each) }));
  return { ...sheet, columns, answers, text, keys, width: columns.length };
}

function labelOf({ version, configuration }) {
  return configuration === "default" ? version : `${version}+${configuration}`;
}

/** What a cell answers; cells that answer the same give the same object. */
const answerAt = (sheet, row, column) => sheet.answers[sheet.cells.answer[row * sheet.width + column]];

/** Everything known of a cell, by name. */
function detailsAt(sheet, row, column) {
  const value = (name) => {
    const values = sheet.cells[name];
    const found = Array.isArray(values) ? values[row * sheet.width + column] : values;
    return book.texted.includes(name) ? book.texts[found] : found;
  };
  return Object.fromEntries(Object.keys(sheet.cells).map((name) => [name, value(name)]));
}

/** Evidence is the bulk of the file: it is read when the first cell that has some is opened. */
let evidence = null;
function evidenceOf(path) {
  evidence ??= JSON.parse(byId("evidence").textContent);
  return evidence[path] ?? "";
}

const cellId = (sheet, row, column) => `${rowId(sheet, row)}/${sheet.columns[column].key}`;
const rowId = (sheet, row) => `${sheet.id}/${sheet.features[row].id}`;

/** Find the row, or the row and the column, that a link names; null when this report has no such place. */
function findPlace(id) {
  const exact = links.get(id);
  if (exact) return { ...exact, column: null };
  for (let cut = id.indexOf("/"); cut >= 0; cut = id.indexOf("/", cut + 1)) {
    const place = links.get(id.slice(0, cut));
    const column = place?.sheet.keys.get(id.slice(cut + 1));
    if (column !== undefined) return { ...place, column };
  }
  return null;
}
