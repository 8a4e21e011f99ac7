// What the reader chose, kept in the URL's fragment, so that any view can be sent to somebody else.

const nothingChosen = () => ({ sheet: "", q: "", peer: "", group: "", verdict: new Set(), gaps: false, cell: "", row: "" });

/** Encode as encodeURIComponent does, but leave what stands in keys readable: `postfix@3.10.13+hardened`. */
const encode = (text) => encodeURIComponent(text).replace(/%(?:40|2F|2B|3A)/g, decodeURIComponent);

function writeHash(state) {
  const parts = [];
  const place = state.cell || state.row; // names its sheet itself
  if (sheets.length > 1 && !place) parts.push(`sheet=${encode(state.sheet)}`);
  for (const name of ["q", "peer", "group", "cell", "row"]) {
    if (state[name]) parts.push(`${name}=${encode(state[name])}`);
  }
  if (state.verdict.size) parts.push(`verdict=${[...state.verdict].join(",")}`);
  if (state.gaps) parts.push("gaps=1");
  return `#${parts.join("&")}`;
}

/** Read a fragment; what it does not understand is left out. */
function readHash(hash) {
  const state = nothingChosen();
  for (const part of hash.replace(/^#/, "").split("&")) {
    const cut = part.indexOf("=");
    const name = part.slice(0, cut);
    let value;
    try {
      value = decodeURIComponent(part.slice(cut + 1));
    } catch {
      continue;
    }
    if (name === "verdict") state.verdict = new Set(value.split(",").filter((each) => verdicts.has(each)));
    else if (name === "gaps") state.gaps = value === "1";
    else if (typeof state[name] === "string") state[name] = value;
  }
  const place = findPlace(state.cell || state.row);
  if (!place) state.cell = state.row = "";
  state.sheet = place?.sheet.id ?? sheets.find((sheet) => sheet.id === state.sheet)?.id ?? sheets[0]?.id ?? "";
  return state;
}

const isFiltered = (state) => Boolean(state.q || state.peer || state.group || state.verdict.size || state.gaps);
