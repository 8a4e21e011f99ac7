// The part of YAML in which stack files are written, JSON included: mappings, lists, quoted and plain text, comments.
// What stack files never need (anchors, tags, block text, several documents) is refused with a sentence.

const SIZE_LIMIT = 1024 * 1024;
const DEPTH_LIMIT = 50;

/** A loaded file: plain values (mappings as Map), and the line of each by its path. */
function loadYaml(text) {
  if (text.length > SIZE_LIMIT) {
    const what = `the file has ${whole(text.length)} characters; at most ${whole(SIZE_LIMIT)} are read.`;
    throw new Mistake(what, "A file written by hand is far smaller: is this the right one?");
  }
  const reader = new YamlReader(text.replace(/^\ufeff/, ""));
  return { value: reader.document(), lines: reader.lines };
}

class YamlReader {
  constructor(text) {
    const bad = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text);
    if (bad) throw new Mistake("a character stands here that text files do not have.", "Save the file as plain UTF-8 text.", lineAt(text, bad.index));
    this.text = `${text.replace(/\r\n?/g, "\n")}\n`;
    this.at = 0;
    this.lines = new Map();
  }

  get line() {
    return lineAt(this.text, this.at);
  }

  refuse(what, hint = "") {
    throw new Mistake(`${what}.`, hint, this.line);
  }

  /** Refuse a line whose indentation belongs to nothing. */
  misfit() {
    this.refuse("this line does not fit those before it", "Look at its indentation, and for a colon that is missing.");
  }

  /** Refuse a value that begins with a mark that YAML keeps for something else. */
  mark(first) {
    const rest = this.text.slice(this.at, this.text.indexOf("\n", this.at)).trim();
    const name = /^[\w-]*/.exec(rest.slice(1))[0];
    if (first === "&" && name) this.refuse(`the anchor &${name} is not read`, "Delete it.");
    if (first === "*" && name) this.refuse(`the alias *${name} is not read`, "Write the value out.");
    if (first === "!") this.refuse("a tag (!) is not read", "Delete it.");
    const quote = first === "|" || first === ">" ? `Put it in quotation marks: '${rest}'.` : "Put it in quotation marks.";
    this.refuse(`a value does not begin with ${first}`, quote);
  }

  document() {
    this.skip();
    if (this.starts("---") && /[\s]/.test(this.text[this.at + 3])) {
      this.at += 3;
      this.skip();
    }
    if (this.text[this.at] === "%") this.refuse("directives are not read", "Delete the line.");
    this.note([]);
    if (this.done()) return new Map();
    const value = this.block(this.column(), [], -1);
    this.skip();
    if (this.starts("...")) this.at += 3;
    this.skip();
    if (this.starts("---")) throw new Mistake("a second document begins here; only one is read.", "", this.line);
    if (!this.done()) this.misfit();
    return value;
  }

  done() {
    return this.at >= this.text.length;
  }

  starts(word) {
    return this.text.startsWith(word, this.at);
  }

  column() {
    return this.at - (this.text.lastIndexOf("\n", this.at - 1) + 1);
  }

  note(path) {
    const name = JSON.stringify(path);
    if (!this.lines.has(name)) this.lines.set(name, this.line);
  }

  /** Pass over blanks, comments and line ends. */
  skip() {
    for (;;) {
      while (" \n\t".includes(this.text[this.at] ?? "#")) {
        if (this.text[this.at] === "\t" && !this.text.slice(this.text.lastIndexOf("\n", this.at) + 1, this.at).trim()) {
          const rest = this.text.slice(this.at, this.text.indexOf("\n", this.at)).trim();
          if (rest && !rest.startsWith("#")) this.refuse("a tab indents this line", "Use blanks.");
        }
        this.at += 1;
      }
      if (this.text[this.at] !== "#" || (this.at && !/\s/.test(this.text[this.at - 1]))) return;
      this.at = this.text.indexOf("\n", this.at);
    }
  }

  /** Read what stands at an indentation: a list, a mapping, or one value, which goes on behind its parent's. */
  block(indent, path, parent) {
    if (path.length >= DEPTH_LIMIT) this.refuse(`more than ${DEPTH_LIMIT} levels deep`);
    if (/^-[ \n]/.test(this.text.slice(this.at, this.at + 2))) return this.list(indent, path);
    if (this.isKey()) return this.mapping(indent, path);
    return this.value(path, parent);
  }

  /** Whether a key and its colon begin here. */
  isKey() {
    const line = this.text.slice(this.at, this.text.indexOf("\n", this.at));
    return /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'[\]{},#&*!|>%@`](?:[^#:]|:(?=\S)|(?<=\S)#)*?)\s*:(?=\s|$)/.test(line);
  }

  list(indent, path) {
    const items = [];
    while (!this.done() && this.column() === indent && /^-[ \n]/.test(this.text.slice(this.at, this.at + 2))) {
      const begun = this.at;
      this.at += 1;
      const here = [...path, items.length];
      this.skip();
      if (this.done() || this.column() <= indent || lineAt(this.text, begun) !== this.line) {
        if (this.done() || this.column() <= indent) {
          this.lines.set(JSON.stringify(here), lineAt(this.text, begun));
          items.push(null);
          continue;
        }
      }
      this.note(here);
      items.push(this.block(this.column(), here, indent));
      this.skip();
    }
    return items;
  }

  mapping(indent, path) {
    const found = new Map();
    while (!this.done() && this.column() === indent && !this.starts("...") && !/^---\s/.test(this.text.slice(this.at, this.at + 4))) {
      if (!this.isKey()) this.refuse("a key and a colon were expected here");
      const line = this.line;
      const name = this.key(found, path, (reader) => reader.plain(":"));
      this.inline();
      this.at += 1;
      const here = [...path, name];
      this.skip();
      const listBelow = this.column() === indent && /^-[ \n]/.test(this.text.slice(this.at, this.at + 2));
      if (this.done() || (this.line !== line && this.column() <= indent && !listBelow)) found.set(name, null);
      else found.set(name, this.line === line ? this.value(here, indent) : this.block(this.column(), here, indent));
      this.skip();
    }
    if (!this.done() && this.column() > indent) this.misfit();
    return found;
  }

  key(found, path, plain) {
    const quotes = this.text[this.at] === '"' || this.text[this.at] === "'";
    const line = this.line;
    const name = quotes ? this.quotedText() : plain(this);
    if (!quotes && WORDS.has(name)) throw new Mistake(`${quoted(name)} is not a key: keys are words.`, "", line);
    const here = JSON.stringify([...path, name]);
    if (found.has(name)) {
      const what = `${quoted(name)} stands twice; it was first given in line ${this.lines.get(here)}.`;
      throw new Mistake(what, "Delete one of them.", line);
    }
    this.lines.set(here, line);
    return name;
  }

  questioned() {
    this.refuse("a question mark stands before this key", "Write the key and its colon in one line.");
  }

  inline() {
    while (this.text[this.at] === " " || this.text[this.at] === "\t") this.at += 1;
  }

  value(path, indent) {
    const first = this.text[this.at];
    const rest = this.text.slice(this.at, this.text.indexOf("\n", this.at));
    if (/^[|>][+-]?[0-9]?[+-]?\s*(?:#.*)?$/.test(rest)) this.refuse("a block of text begins here", "Write it in one line.");
    if (/^-\s/.test(`${rest}\n`)) this.refuse("a list begins in this line, behind its key", "Begin it on a line of its own.");
    if (/^\?\s/.test(`${rest}\n`)) this.questioned();
    if ("&*!|>@`%]},".includes(first)) this.mark(first);
    if (first === "{" || first === "[") {
      const found = this.flow(path);
      this.endOfLine();
      return found;
    }
    if (first === '"' || first === "'") {
      const text = this.quotedText();
      this.endOfLine();
      return text;
    }
    return scalar(this.plainLines(indent));
  }

  endOfLine() {
    this.inline();
    if (this.text[this.at] === "#" && /\s/.test(this.text[this.at - 1])) this.skip();
    else if (this.text[this.at] !== "\n") this.refuse("something stands here behind the value", "Put all of it in quotation marks.");
  }

  /** Plain text up to a mark, a comment or the line's end. */
  plain(mark) {
    const end = this.text.indexOf("\n", this.at);
    const line = this.text.slice(this.at, end);
    let length = 0;
    while (length < line.length) {
      if (line[length] === "#" && /\s/.test(line[length - 1] ?? "")) break;
      if (mark.includes(line[length]) && (line[length] !== ":" || /^(?:\s|$)/.test(line.slice(length + 1)) || (mark.length > 1 && ",[]{}".includes(line[length + 1])))) break;
      length += 1;
    }
    this.at += length;
    return line.slice(0, length).trim();
  }

  /** Plain text over as many lines as are indented further than its key. */
  plainLines(indent) {
    const parts = [];
    for (;;) {
      parts.push(this.plain(":"));
      if (this.text[this.at] === ":") this.refuse("a second colon stands in this line", "Put the value in quotation marks.");
      const comment = this.text[this.at] === "#";
      const before = this.at;
      this.skip();
      if (comment || this.done() || this.column() <= indent || this.isKey()) {
        if (!this.done() && this.column() > indent && !comment && this.isKey()) this.misfit();
        if (comment) this.at = before;
        return parts.filter(Boolean).join(" ");
      }
    }
  }

  quotedText() {
    const mark = this.text[this.at];
    const line = this.line;
    let text = "";
    this.at += 1;
    for (;;) {
      const each = this.text[this.at];
      if (each === undefined) throw new Mistake("a quotation mark is never closed.", "", line);
      this.at += 1;
      if (each === mark) {
        if (mark === "'" && this.text[this.at] === "'") {
          text += "'";
          this.at += 1;
        } else return text;
      } else if (each === "\\" && mark === '"') text += this.escape();
      else if (each === "\n") {
        const breaks = /^[ \t\n]*/.exec(this.text.slice(this.at))[0];
        this.at += breaks.length;
        text = text.replace(/[ \t]+$/, "") + ("\n".repeat((breaks.match(/\n/g) ?? []).length) || " ");
      } else text += each;
    }
  }

  escape() {
    const each = this.text[this.at];
    const width = { x: 2, u: 4, U: 8 }[each];
    this.at += 1;
    if (width) {
      const code = this.text.slice(this.at, this.at + width);
      if (!new RegExp(`^[0-9A-Fa-f]{${width}}$`).test(code) || parseInt(code, 16) > 0x10ffff) this.refuse("an escape is not complete");
      this.at += width;
      return String.fromCodePoint(parseInt(code, 16));
    }
    const meant = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\", "/": "/", " ": " ", 0: "\0", b: "\b", f: "\f", e: "\x1b" }[each];
    if (meant === undefined) this.refuse("a backslash stands here that means nothing", "Use single quotation marks.");
    return meant;
  }

  /** `{a: b}` or `[a, b]`, over as many lines as it takes. */
  flow(path) {
    if (path.length >= DEPTH_LIMIT) this.refuse(`more than ${DEPTH_LIMIT} levels deep`);
    const line = this.line;
    const open = this.text[this.at];
    const close = open === "{" ? "}" : "]";
    const found = open === "{" ? new Map() : [];
    this.at += 1;
    for (;;) {
      this.skip();
      if (this.done()) throw new Mistake("a bracket is never closed.", "", line);
      if (this.text[this.at] === close) {
        this.at += 1;
        return found;
      }
      if (open === "{") this.flowPair(found, path);
      else {
        const here = [...path, found.length];
        this.note(here);
        found.push(this.flowValue(here, true));
      }
      this.skip();
      if (this.text[this.at] === ",") this.at += 1;
      else if (!this.done() && this.text[this.at] !== close) this.refuse(`a comma or ${close} was expected here`);
    }
  }

  flowPair(found, path) {
    if (/^\?\s/.test(this.text.slice(this.at, this.at + 2))) this.questioned();
    const name = this.key(found, path, (reader) => reader.plain(":,[]{}"));
    this.skip();
    const here = [...path, name];
    if (this.text[this.at] !== ":") {
      found.set(name, null);
      return;
    }
    this.at += 1;
    this.skip();
    found.set(name, ",}]".includes(this.text[this.at]) ? null : this.flowValue(here, false));
  }

  flowValue(path, inList) {
    const first = this.text[this.at];
    if (first === "{" || first === "[") return this.flow(path);
    const begun = this.at;
    const quotes = first === '"' || first === "'";
    if ("&*!|>%@`".includes(first)) this.mark(first);
    if (/^-\s/.test(this.text.slice(this.at, this.at + 2))) this.refuse("a value was expected here");
    const text = quotes ? this.quotedText() : this.plain(":,[]{}");
    if (this.text[this.at] === ":" && inList) {
      this.at = begun;
      const pair = new Map();
      this.flowPair(pair, path);
      return pair;
    }
    if (!quotes && !text) this.refuse("a value was expected here");
    return quotes ? text : scalar(text);
  }
}

const WORDS = new Map([["true", true], ["false", false], ["null", null], ["~", null], ["", null]]);

function scalar(text) {
  if (WORDS.has(text)) return WORDS.get(text);
  return /^(?:0|-?[1-9][0-9]{0,17})$/.test(text) ? BigInt(text) : text;
}

const lineAt = (text, at) => text.slice(0, at).split("\n").length;
