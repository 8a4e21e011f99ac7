// Which rows and columns of a sheet the filters leave, and how many cells say what. Pure: reads no page.

/**
 * A cell is wanted when its verdict is. Rows and implementations without a wanted cell go; in those that
 * stay, the other cells are shown, but quietly.
 */
function choose(sheet, state, folded) {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const named = (column) => !state.peer || column.peer === state.peer || column.key === state.peer;
  let columns = indices(sheet.columns, named);
  let rows = indices(sheet.features, (feature, row) =>
    (!state.group || feature.group === state.group) && words.every((word) => sheet.text[row].includes(word)),
  );
  const counts = countVerdicts(sheet, rows, columns);
  const wanted = wantedAnswers(sheet, state);
  if (wanted) [rows, columns] = withWanted(sheet, rows, columns, wanted);
  return { sheet, rows, columns, counts, wanted, named, lines: linesOf(sheet, rows, folded) };
}

function indices(list, keep) {
  const found = [];
  list.forEach((each, index) => keep(each, index) && found.push(index));
  return found;
}

/** Which answers, by number, the verdict filter asks for; null when it asks for nothing. */
function wantedAnswers(sheet, state) {
  if (!state.verdict.size && !state.gaps) return null;
  const fits = (answer) => (!state.verdict.size || state.verdict.has(answer.id)) && (!state.gaps || answer.gap);
  return sheet.answers.map(fits);
}

function withWanted(sheet, rows, columns, wanted) {
  const { answer } = sheet.cells;
  const peers = new Set();
  const kept = rows.filter((row) => {
    let any = false;
    for (const column of columns) {
      if (!wanted[answer[row * sheet.width + column]]) continue;
      peers.add(sheet.columns[column].peer);
      any = true;
    }
    return any;
  });
  return [kept, columns.filter((column) => peers.has(sheet.columns[column].peer))];
}

function countVerdicts(sheet, rows, columns) {
  const { answer } = sheet.cells;
  const tally = new Array(sheet.answers.length).fill(0);
  for (const row of rows) for (const column of columns) tally[answer[row * sheet.width + column]] += 1;
  const counts = Object.fromEntries([...verdicts.keys()].map((id) => [id, 0]));
  sheet.answers.forEach(({ id }, number) => (counts[id] += tally[number]));
  return counts;
}

/** Lines of the table: a heading for each theme with its rows, and the rows themselves unless it is folded. */
function linesOf(sheet, rows, folded) {
  const themes = new Map();
  for (const row of rows) {
    const { group } = sheet.features[row];
    if (!themes.has(group)) themes.set(group, []);
    themes.get(group).push(row);
  }
  const lines = [];
  for (const [group, members] of themes) {
    const open = !folded.has(group);
    lines.push({ group, members, open });
    if (open) lines.push(...members.map((row) => ({ row })));
  }
  return lines;
}

/** Neighbouring columns of one implementation that answer the same: `{from, to, answer}`. */
function runsOf({ sheet, columns }, row) {
  const runs = [];
  columns.forEach((column, position) => {
    const answer = answerAt(sheet, row, column);
    const { peer } = sheet.columns[column];
    const last = runs.at(-1);
    if (last && last.answer === answer && last.peer === peer) last.to = position;
    else runs.push({ from: position, to: position, answer, peer });
  });
  return runs;
}

/** "Postfix 3.7.11, 3.10.13": the columns of a run, in words. */
function namesOf({ sheet, columns }, { from, to }) {
  const labels = columns.slice(from, to + 1).map((column) => sheet.columns[column].label);
  return `${sheet.columns[columns[from]].title} ${labels.join(", ")}`;
}

/** "fails, known", "works, ≥ 2 MiB": an answer in words. */
function inWords(answer) {
  return [answer.word, answer.limit, answer.note].filter(Boolean).join(", ");
}
