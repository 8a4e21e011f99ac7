// Texts and numbers exactly as the command line writes them. Knows nothing of what they are about.

/** A mistake of the reader's, in a sentence that says what to do. */
class Mistake extends Error {
  constructor(what, hint = "", line = 0) {
    super([what, hint].filter(Boolean).join(" "));
    this.line = line;
  }
}

const BLANK = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const blanks = new RegExp(`[${BLANK}]+`, "u");
const outerBlanks = new RegExp(`^[${BLANK}]+|[${BLANK}]+$`, "gu");
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

const strip = (text) => text.replace(outerBlanks, "");

/** Fold case as Unicode's full case folding does, nearly: character by character, so that no context counts. */
const caseless = (text) =>
  Array.from(text, (each) => (each === "ı" ? each : each.toUpperCase().toLowerCase().replaceAll("ς", "σ"))).join("");

/** What two spellings of one name have in common. */
const fold = (text) => caseless(strip(text)).replace(new RegExp(`[${BLANK}_-]+`, "gu"), " ");

/** Order texts by their characters' numbers. */
function byCharacters(left, right) {
  const [first, second] = [Array.from(left), Array.from(right)];
  for (let at = 0; at < Math.min(first.length, second.length); at += 1) {
    const apart = first[at].codePointAt(0) - second[at].codePointAt(0);
    if (apart) return apart;
  }
  return first.length - second.length;
}

const sortedTexts = (texts) => [...new Set(texts)].sort(byCharacters);

/** Text on one line in which nothing acts: what is not plain to see is written as an escape; what is too long is counted. */
function visible(text, longest = 2000) {
  const characters = text.length > longest ? Array.from(text) : null;
  const more = characters ? Math.max(0, characters.length - longest) : 0;
  const cut = more ? characters.slice(0, longest).join("") : text;
  const shown = cut.split(blanks).filter(Boolean).join(" ").replace(unseen, escaped);
  return more ? `${shown}… (${grouped(String(more))} more characters)` : shown;
}

function escaped(character) {
  const code = character.codePointAt(0);
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** A text in quotation marks, as messages quote what somebody wrote. */
function quoted(text) {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const names = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", [mark]: `\\${mark}` };
  const inside = Array.from(text, (each) => {
    if (names[each]) return names[each];
    if (each === " " || !/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}]/u.test(each)) return each;
    const code = each.codePointAt(0);
    if (code > 0xffff) return `\\U${code.toString(16).padStart(8, "0")}`;
    return escaped(each);
  });
  return `${mark}${inside.join("")}${mark}`;
}

const grouped = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",");

/** A number without decimals, thousands apart; halves go to the even neighbour. */
function whole(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  const size = Math.abs(value);
  const below = Math.floor(size);
  const up = size - below > 0.5 || (size - below === 0.5 && below % 2 === 1);
  return `${value < 0 ? "-" : ""}${grouped(BigInt(below + (up ? 1 : 0)).toString())}`;
}

/** A number with so many digits that count, closing zeros left out. */
function general(value, digits, { thousands = false } = {}) {
  if (!Number.isFinite(value)) return whole(value);
  if (value === 0) return "0";
  const [mantissa, power] = rounded(Math.abs(value), digits).split("e");
  const figures = mantissa.replace(".", "");
  const exponent = Number(power);
  const sign = value < 0 ? "-" : "";
  if (exponent < -4 || exponent >= digits) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${unpadded(`${figures[0]}.${figures.slice(1)}`)}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  const padded = exponent < 0 ? "0".repeat(-exponent) + figures : figures;
  const point = Math.max(exponent, 0) + 1;
  const text = unpadded(`${padded.slice(0, point)}.${padded.slice(point)}`);
  if (!thousands) return sign + text;
  const [before, after] = text.split(".");
  return sign + grouped(before) + (after ? `.${after}` : "");
}

const unpadded = (text) => text.replace(/\.?0*$/, "");

/** Scientific notation with so many digits; an exact half goes to the even neighbour, where JavaScript goes up. */
function rounded(value, digits) {
  const near = value.toExponential(digits - 1);
  const [exact, power] = value.toExponential(60).split("e");
  const figures = exact.replace(".", "");
  const half = figures[digits] === "5" && /^0*$/.test(figures.slice(digits + 1));
  if (!half || Number(figures[digits - 1]) % 2 === 1) return near;
  const kept = figures.slice(0, digits);
  return `${kept[0]}.${kept.slice(1)}e${power}`;
}

/** The texts of which one is most like `word`, at least as much as `cutoff` says; null when none is. */
function closest(word, texts, cutoff) {
  let best = null;
  const target = new Likeness(word);
  for (const text of texts) {
    const likeness = target.ratio(text);
    if (likeness < cutoff) continue;
    if (!best || likeness > best.likeness || (likeness === best.likeness && byCharacters(text, best.text) > 0)) {
      best = { text, likeness };
    }
  }
  return best && best.text;
}

/** Ratcliff and Obershelp's measure: twice what two texts share in order, over the length of both. */
class Likeness {
  constructor(word) {
    this.word = Array.from(word);
    this.places = new Map();
    this.word.forEach((each, at) => this.places.set(each, [...(this.places.get(each) ?? []), at]));
    const most = Math.floor(this.word.length / 100) + 1;
    if (this.word.length >= 200) for (const [each, found] of this.places) if (found.length > most) this.places.delete(each);
  }

  ratio(text) {
    const other = Array.from(text);
    const length = other.length + this.word.length;
    return length ? (2 * this.shared(other, 0, other.length, 0, this.word.length)) / length : 1;
  }

  shared(other, low, high, from, to) {
    const block = this.longest(other, low, high, from, to);
    if (!block.size) return 0;
    const left = this.shared(other, low, block.at, from, block.start);
    return left + block.size + this.shared(other, block.at + block.size, high, block.start + block.size, to);
  }

  longest(other, low, high, from, to) {
    let best = { at: low, start: from, size: 0 };
    let lengths = new Map();
    for (let at = low; at < high; at += 1) {
      const next = new Map();
      for (const start of this.places.get(other[at]) ?? []) {
        if (start < from) continue;
        if (start >= to) break;
        const size = (lengths.get(start - 1) ?? 0) + 1;
        next.set(start, size);
        if (size > best.size) best = { at: at - size + 1, start: start - size + 1, size };
      }
      lengths = next;
    }
    const { word } = this;
    while (best.at > low && best.start > from && other[best.at - 1] === word[best.start - 1]) {
      best = { at: best.at - 1, start: best.start - 1, size: best.size + 1 };
    }
    while (best.at + best.size < high && best.start + best.size < to && other[best.at + best.size] === word[best.start + best.size]) {
      best = { ...best, size: best.size + 1 };
    }
    return best;
  }
}

/** A hint with the nearest known name, or with all of them when none is near. */
function nearestName(name, known) {
  const names = sortedTexts(known);
  const close = closest(name, names, 0.6);
  if (close !== null) return `Did you mean ${quoted(close)}?`;
  return names.length ? `Known: ${names.map((each) => visible(each, 200)).join(", ")}.` : "None is known.";
}
