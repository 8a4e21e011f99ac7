// Versions: how they order in the schemes `debian`, `pep440` and `semver`, and which of them a customer's words mean.

const compareNumbers = (left, right) => (left > right ? 1 : 0) - (left < right ? 1 : 0);
const natural = (text) => [...text.matchAll(/[0-9]+|[^0-9]+/g)].map(([part]) => identifier(part));
const identifier = (text) => (/^[0-9]+$/.test(text) ? [0, BigInt(text), ""] : [1, 0n, text]);

/** Compare lists as one compares words: the first difference decides, else the shorter one is first. */
function compareLists(left, right, compare) {
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const order = compare(left[at], right[at]);
    if (order) return order;
  }
  return compareNumbers(left.length, right.length);
}

const compareIdentifiers = (left, right) =>
  compareNumbers(left[0], right[0]) || compareNumbers(left[1], right[1]) || Math.sign(byCharacters(left[2], right[2]));

const keys = new Map();

/** What sorts a version among others of its scheme; any text has a key. */
function keyOf(version, scheme) {
  const name = `${scheme}\0${version}`;
  if (!keys.has(name)) {
    if (keys.size > 20000) keys.clear();
    const text = Array.from(strip(version)).slice(0, 200).join("");
    const read = { debian: debianKey, pep440: pep440Key, semver: semverKey }[scheme] ?? natural;
    keys.set(name, read(text));
  }
  return keys.get(name);
}

/** -1, 0 or 1 as `left` is older than, the same as or newer than `right`. */
function compareVersions(left, right, scheme) {
  const [first, second] = [keyOf(left, scheme), keyOf(right, scheme)];
  if (scheme === "debian") return compareDebian(first, second);
  if (scheme === "pep440") return comparePep440(first, second);
  if (scheme === "semver") return compareSemver(first, second);
  return compareLists(first, second, compareIdentifiers);
}

function debianKey(text) {
  let [, epoch, rest] = /^(?:([0-9]+):)?([^]*)$/.exec(text);
  rest = rest.replace(/[^A-Za-z0-9.+~-]/gu, ".");
  if (!/^[A-Za-z0-9]/.test(rest)) rest = `0${rest}`;
  if (rest.endsWith("-")) rest += "0";
  const cut = /-[A-Za-z0-9+.~]+$/.exec(rest);
  const parts = (part) => part.match(/[0-9]+|[^0-9]+/g) ?? [];
  return {
    epoch: BigInt(epoch ?? "0"),
    upstream: parts(cut ? rest.slice(0, cut.index) || "0" : rest),
    revision: parts(cut ? cut[0].slice(1) : "0"),
  };
}

function compareDebian(left, right) {
  return (
    compareNumbers(left.epoch, right.epoch) ||
    compareDebianParts(left.upstream, right.upstream) ||
    compareDebianParts(left.revision, right.revision)
  );
}

function compareDebianParts(left, right) {
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [first, second] = [left[at] ?? "0", right[at] ?? "0"];
    const numbers = /^[0-9]/.test(first) && /^[0-9]/.test(second);
    const order = numbers ? compareNumbers(BigInt(first), BigInt(second)) : compareDebianWords(first, second);
    if (order) return order;
  }
  return 0;
}

function compareDebianWords(left, right) {
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const order = compareNumbers(debianWeight(left[at]), debianWeight(right[at]));
    if (order) return order;
  }
  return 0;
}

/** deb-version(7): a tilde before the end, the end before digits, then letters, then everything else. */
function debianWeight(character) {
  if (character === undefined) return 0;
  if (character === "~") return -1;
  if (/[0-9]/.test(character)) return Number(character) + 1;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

const PEP440 =
  /^v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)([._-]?(alpha|a|beta|b|preview|pre|c|rc)[._-]?([0-9]+)?)?((?:-([0-9]+))|(?:[._-]?(?:post|rev|r)[._-]?([0-9]+)?))?([._-]?dev[._-]?([0-9]+)?)?(?:\+([a-z0-9]+(?:[._-][a-z0-9]+)*))?$/i;
const STAGES = { a: 0, alpha: 0, b: 1, beta: 1, c: 2, rc: 2, pre: 2, preview: 2 };

function pep440Key(text) {
  const whole = pep440Version(text);
  if (whole) return { ...whole, rest: [] };
  const numbers = /^[vV]?([0-9]+(?:\.[0-9]+)*)/.exec(text);
  if (!numbers) return { ...pep440Version("0.dev0"), rest: natural(text) };
  return { ...pep440Version(numbers[1]), rest: natural(text.slice(numbers[0].length)) };
}

function pep440Version(text) {
  const found = PEP440.exec(text);
  if (!found) return null;
  const [, epoch, release, pre, stage, preNumber, post, postShort, postNumber, dev, devNumber, local] = found;
  const onlyDev = !pre && !post && dev;
  return {
    epoch: BigInt(epoch ?? "0"),
    release: trimmed(release),
    suffix: [
      onlyDev ? -1n : pre ? BigInt(STAGES[stage.toLowerCase()]) : 3n,
      BigInt((pre && preNumber) || "0"),
      post ? 1n : 0n,
      BigInt((post && (postShort ?? postNumber)) || "0"),
      dev ? 0n : 1n,
      BigInt((dev && devNumber) || "0"),
    ],
    local: local ? local.toLowerCase().split(/[._-]/).map((each) => (/^[0-9]+$/.test(each) ? [BigInt(each), ""] : [-1n, each])) : null,
  };
}

function comparePep440(left, right) {
  const locals = (one, other) => compareNumbers(one[0], other[0]) || Math.sign(byCharacters(one[1], other[1]));
  return (
    compareNumbers(left.epoch, right.epoch) ||
    compareLists(left.release, right.release, compareNumbers) ||
    compareLists(left.suffix, right.suffix, compareNumbers) ||
    compareNumbers(left.local ? 1 : 0, right.local ? 1 : 0) ||
    compareLists(left.local ?? [], right.local ?? [], locals) ||
    compareLists(left.rest, right.rest, compareIdentifiers)
  );
}

/** The numbers without closing zeros: `1.2` and `1.2.0` are the same release. */
function trimmed(release) {
  const numbers = release.split(".").map(BigInt);
  while (numbers.length && numbers.at(-1) === 0n) numbers.pop();
  return numbers;
}

function semverKey(text) {
  const whole = /^[vV]?([0-9]+(?:\.[0-9]+)*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(text);
  if (whole) {
    const before = whole[2] === undefined ? [[1]] : [[0], ...whole[2].split(".").map(identifier)];
    return { release: trimmed(whole[1]), before, rest: [] };
  }
  const numbers = /^[vV]?([0-9]+(?:\.[0-9]+)*)/.exec(text);
  if (!numbers) return { release: [], before: [[0]], rest: natural(text) };
  return { release: trimmed(numbers[1]), before: [[1]], rest: natural(text.slice(numbers[0].length)) };
}

function compareSemver(left, right) {
  const stage = (one, other) => (one.length === 1 ? compareNumbers(one[0], other[0]) : compareIdentifiers(one, other));
  return (
    compareLists(left.release, right.release, compareNumbers) ||
    compareLists(left.before, right.before, stage) ||
    compareLists(left.rest, right.rest, compareIdentifiers)
  );
}

/** The version that the program's authors gave it, without what a packager has added. */
function upstream(version, scheme) {
  let text = strip(version);
  if (scheme !== "debian") return text.split("+")[0];
  text = text.replace(/^[0-9]+:/, "");
  const cut = text.lastIndexOf("-");
  text = (cut > 0 ? text.slice(0, cut) : "") || text;
  const really = /\+really(.+)$/.exec(text);
  if (really) text = really[1];
  return text.replace(/[+~.](?:dfsg|ds|repack)[0-9.~+]*$/, "") || text;
}

const TERM = new RegExp(`(==|=|!=|>=|<=|>|<)?[${BLANK}]*([^${BLANK},<>=!]+)`, "gu");
const HOLDS = {
  "==": (order) => order === 0,
  "=": (order) => order === 0,
  "!=": (order) => order !== 0,
  ">=": (order) => order >= 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  "<": (order) => order < 0,
};

/** Whether a version is one that a spec means: a glob, an exact version, or comparisons that must all hold. */
function matchesSpec(version, spec, scheme) {
  if (spec.replace(TERM, "").replace(/[ ,\t]/g, "")) return false;
  return [...spec.matchAll(TERM)].every(([, operator, wanted]) => holds(strip(version), operator, wanted, scheme));
}

function holds(version, operator, wanted, scheme) {
  if (/[*?[]/.test(wanted)) {
    const glob = globOf(wanted);
    return (glob.test(version) || glob.test(upstream(version, scheme))) !== (operator === "!=");
  }
  if (version === wanted && (!operator || operator === "=" || operator === "==")) return true;
  const [left, right] = alike(version, wanted, scheme);
  return HOLDS[operator ?? "=="](compareVersions(left, right, scheme));
}

/** Both with only those parts that `wanted` speaks of: epoch, revision, local part. */
function alike(version, wanted, scheme) {
  if (scheme !== "debian") return [wanted.includes("+") ? version : upstream(version, scheme), wanted];
  const left = wanted.includes(":") ? version : version.replace(/^[0-9]+:/, "");
  if (wanted.includes("-")) return [left, wanted];
  const kept = (text) => (/^[0-9]+:/.exec(text)?.[0] ?? "") + upstream(text, scheme);
  return [kept(left), kept(wanted)];
}

/** A shell's pattern (`*`, `?`, `[a-z]`, `[!a-z]`) as a regular expression. */
function globOf(pattern) {
  const characters = Array.from(pattern);
  let source = "";
  for (let at = 0; at < characters.length; at += 1) {
    const each = characters[at];
    if (each === "*") source += "[^]*";
    else if (each === "?") source += "[^]";
    else if (each === "[") {
      let end = at + 1;
      if (characters[end] === "!") end += 1;
      if (characters[end] === "]") end += 1;
      while (end < characters.length && characters[end] !== "]") end += 1;
      if (end < characters.length) {
        source += bracket(characters.slice(at + 1, end));
        at = end;
      } else source += "\\[";
    } else source += literal(each);
  }
  return new RegExp(`^(?:${source})$`, "u");
}

const literal = (character) => (/[A-Za-z0-9]/.test(character) ? character : `\\u{${character.codePointAt(0).toString(16)}}`);

function bracket(inside) {
  const negated = inside[0] === "!";
  const members = negated ? inside.slice(1) : inside;
  let source = "";
  for (let at = 0; at < members.length; at += 1) {
    if (members[at + 1] === "-" && at + 2 < members.length) {
      if (members[at] <= members[at + 2]) source += `${literal(members[at])}-${literal(members[at + 2])}`;
      at += 2;
    } else source += literal(members[at]);
  }
  if (!source) return negated ? "[^]" : "[]";
  return `[${negated ? "^" : ""}${source}]`;
}

const OPERATOR = new RegExp(`(==|=|!=|>=|<=|>|<)[${BLANK}]*([^${BLANK},<>=!]+)`, "gu");

/** A planned version, understood: what it means, and whether that is one version or several. */
class Reading {
  constructor({ spec, scheme, pinned, stated = true, resolved = true, carried = [] }) {
    Object.assign(this, { spec, scheme, pinned, stated, resolved, carried, known: new Map() });
  }

  /** Whether a tested version is one that is meant. */
  holds(version) {
    if (!this.resolved) return false;
    if (!this.known.has(version)) {
      const specs = this.carried.length ? this.carried : [this.spec];
      this.known.set(version, specs.some((spec) => matchesSpec(version, spec, this.scheme)));
    }
    return this.known.get(version);
  }

  /** The one version by which the planned ones are compared with the tested ones; empty without any. */
  get anchor() {
    const terms = [...this.spec.matchAll(OPERATOR)];
    const lower = terms.filter(([, sign]) => sign.startsWith(">") || sign.startsWith("="));
    const higher = terms.filter(([, sign]) => sign.startsWith("<"));
    const base = [...lower, ...(lower.length ? [] : higher)].map(([, , version]) => version)[0] ?? this.spec;
    return base.split(/[*?[]/)[0].replace(/^[ ,]+|[ ,]+$/g, "").replace(/\.+$/, "");
  }
}

const SERIES = /(?:\.[xX*])+$/;

/** What stands in a spec for a version and is none (`3.10.something`); what was tested under such a name is one. */
function illFormed(spec, pattern, known, scheme) {
  const isVersion = new RegExp(`^(?:${pattern})$`, "u");
  const words = strip(spec).replace(SERIES, "").split(new RegExp(`[${BLANK},<>=!]+`, "u"));
  const bad = (word) => word && !/[*?[]/.test(word) && !isVersion.test(word) && ![...known].some((each) => matchesSpec(each, word, scheme));
  return words.find(bad) ?? "";
}

/** As much of a word, from its beginning to a dot, as is a version. */
function wellFormedPart(word, pattern) {
  const isVersion = new RegExp(`^(?:${pattern})$`, "u");
  const parts = word.split(".");
  const begun = parts.map((_, left) => parts.slice(0, parts.length - 1 - left).join(".")).filter(Boolean);
  return begun.find((each) => isVersion.test(each)) ?? "";
}

const LETTER = new RegExp(`(?<![^${BLANK},<>=!])[vV](?=[0-9])`, "gu");

/** A spec without the letter that people write before a version: `v3.7.11` is 3.7.11. */
const withoutLetter = (spec) => spec.replace(LETTER, "");

/** Read a version as it was written; `known` are the versions that were tested or are offered. */
function readVersion(written, scheme, known) {
  let text = strip(written).replace(SERIES, ".*");
  if (![...known].some((each) => matchesSpec(each, text, scheme))) text = withoutLetter(text);
  if (!text) return new Reading({ spec: "", scheme, pinned: false, stated: false });
  if ([...text.matchAll(OPERATOR)].length === 1) text = text.replace(new RegExp(`^==?[${BLANK}]*`, "u"), "");
  if (new RegExp(`[<>=!*?[,${BLANK}]`, "u").test(text)) return new Reading({ spec: text, scheme, pinned: false });
  const series = `${text}.*`;
  const means = (spec) => [...known].some((each) => matchesSpec(each, spec, scheme));
  if (!means(text) && means(series)) return new Reading({ spec: series, scheme, pinned: false });
  return new Reading({ spec: text, scheme, pinned: true });
}

/** Read what a distribution carries; without any version the reading is not resolved. */
function readDistribution(versions, scheme) {
  if (!versions.length) return new Reading({ spec: "", scheme, pinned: true, stated: false, resolved: false });
  const newest = sortedTexts(versions).reduce((best, each) => (compareVersions(each, best, scheme) > 0 ? each : best));
  return new Reading({ spec: upstream(newest, scheme), scheme, pinned: true, carried: versions });
}

const PARTS = ["major", "minor", "patch"];

/** How far a tested version is from the planned one, in the first part in which they differ; null when it is not. */
function stepsBetween(planned, tested, scheme) {
  const order = compareVersions(tested, planned, scheme);
  if (!order) return null;
  const direction = order < 0 ? "older" : "newer";
  const numbers = [planned, tested].map((each) => (upstream(each, scheme).match(/[0-9]+/g) ?? []).map((part) => BigInt(part.slice(0, 18))));
  for (let at = 0; at < Math.max(...numbers.map((each) => each.length)); at += 1) {
    const apart = (numbers[0][at] ?? 0n) - (numbers[1][at] ?? 0n);
    if (apart) return { count: Number(apart < 0n ? -apart : apart), part: PARTS[Math.min(at, 2)], direction };
  }
  return { count: 0, part: "", direction };
}

/** What sorts distances, the nearest first. */
function farness(steps) {
  if (!steps) return [0, 0];
  return [steps.part ? PARTS.length - PARTS.indexOf(steps.part) : 1, steps.count];
}

/** The peer's version as people say it: the label of its release, else the upstream version. */
function shownVersion(cell, scheme) {
  const label = cell.peer_key.split("@").slice(1).join("@").split("+")[0];
  const own = upstream(cell.peer_version, scheme);
  // A distribution's update may bring a newer version than the one that its release is called by.
  return /^\p{Nd}/u.test(label) && own.startsWith(upstream(label, scheme)) ? label : own;
}
