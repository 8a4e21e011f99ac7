// Which implementation, feature, distribution and role a customer's words mean. Knows nothing of results.

/** From this likeness on an unknown name is taken for a slip of the pen. */
const SLIP = 0.8;

const added = (map, key, value) => (map.has(key) ? map.get(key).add(value) : map.set(key, new Set([value])));

const GAPS = new RegExp(`[${BLANK}_-]+`, "gu");

/** Everything that the matrix and the catalogue have a name for. */
class Names {
  constructor(facts) {
    this.rules = facts.rules;
    this.suites = facts.suites;
    this.catalog = new Map(facts.catalog.map((each) => [each.name, each]));
    this.schemes = new Map();
    this.titles = new Map();
    this.roles = new Map();
    this.carriers = new Map();
    this.carrierOf = new Map();
    this.configurations = new Map();
    for (const each of facts.catalog) this.offer(each);
    for (const party of facts.parties) {
      this.schemes.set(party.name, party.version_scheme);
      this.titles.set(party.name, party.title || (this.titles.get(party.name) ?? ""));
      const carrier = `${party.name}\0${party.release}`;
      added(this.carriers, carrier, party.version);
      added(this.carriers, carrier, party.label || party.version);
      this.carry(party.name, party.label || party.version, party.release);
    }
    for (const pairing of facts.pairings) {
      const suite = this.suites.find((each) => each.name === pairing.suite);
      const at = suite ? suite.roles.indexOf(pairing.role) : -1;
      added(this.roles, pairing.peer, `${pairing.suite}\0${at < 0 ? "" : suite.roles[1 - at]}`);
      added(this.configurations, pairing.peer, pairing.configuration);
    }
    this.configurationTitles = new Map(facts.configuration_titles.map(([title, ...key]) => [key.join("\0"), title]));
    this.spelled = this.suites.map((suite) => suite.features.map((feature) => [fold(feature.id), fold(feature.title)]));
    this.folded = new Map();
    for (const name of this.roles.keys()) {
      for (const spelling of [name, this.titles.get(name), ...(this.catalog.get(name)?.aliases ?? [])]) {
        if (spelling && !this.folded.has(fold(spelling))) this.folded.set(fold(spelling), name);
      }
    }
  }

  offer(implementation) {
    const { name } = implementation;
    this.schemes.set(name, implementation.version_scheme);
    this.titles.set(name, implementation.title);
    this.roles.set(name, new Set());
    this.configurations.set(name, new Set());
    for (const { suite, role, configurations } of implementation.roles) {
      this.roles.get(name).add(`${suite}\0${role}`);
      for (const each of configurations) this.configurations.get(name).add(each);
    }
    for (const release of implementation.releases) {
      added(this.carriers, `${name}\0${release.name}`, release.version);
      this.carry(name, release.version, release.name);
    }
  }

  carry(name, version, release) {
    const key = `${name}\0${version}`;
    if (!this.carrierOf.has(key)) this.carrierOf.set(key, release);
  }

  /** The distribution that has a version of an implementation, as people write it, or nothing. */
  carrier(name, version) {
    const release = this.carrierOf.get(`${name}\0${version}`) ?? "";
    const { distributions } = this.rules;
    return Object.hasOwn(distributions, release) ? capital(distributions[release][0]) : "";
  }

  /** The distribution that is meant by a name without its blank (`Debian13`), or nothing. */
  distribution(text) {
    const parts = /^([A-Za-z]+)[ _-]?([0-9][0-9.]*)$/.exec(text);
    const spelled = parts ? capital(`${parts[1]} ${parts[2]}`) : "";
    return this.isDistribution(spelled) ? spelled : "";
  }

  /** What a configuration is, in words; nothing where nobody wrote any. */
  configurationTitle(name, suite, configuration) {
    return this.configurationTitles.get([name, suite, configuration].join("\0")) ?? "";
  }

  title(name) {
    return this.titles.get(name) || name;
  }

  scheme(name) {
    return this.schemes.get(name) ?? "debian";
  }

  /** Look an implementation up; a slip of the pen is a mistake. */
  implementation(text, line, version = "") {
    const folded = fold(text);
    const found = this.folded.get(folded);
    if (found !== undefined) return { name: found, title: this.title(found), known: true, note: "" };
    const candidates = this.rules.aliases[folded] ?? [];
    for (const candidate of candidates) {
      if (!this.roles.has(candidate)) continue;
      const title = this.title(candidate);
      const note = `${quoted(text)} was read as ${title}; if another program is meant, write its own name.`;
      return { name: candidate, title, known: true, note: candidates.length > 1 ? note : "" };
    }
    if (!candidates.length) this.refuseVersion(text, line, version);
    const near = slip(folded, this.folded.keys());
    if (near !== null && !candidates.length) {
      const meant = `Did you mean ${quoted(this.folded.get(near))}?`;
      throw new Mistake(`${quoted(text)} is in neither the matrix nor the catalogue.`, meant, line);
    }
    return { name: text, title: text, known: false, note: "" };
  }

  /** Refuse a known name with a version, or a word for one, behind it. */
  refuseVersion(text, line, version) {
    const isVersion = new RegExp(`^(?:${this.rules.version})$`, "u");
    for (const gap of [...text.matchAll(GAPS)].reverse()) {
      const name = this.folded.get(fold(text.slice(0, gap.index)));
      const words = text.slice(gap.index + gap[0].length).split(blanks).filter(Boolean);
      const plain = words.filter((each) => !this.rules.version_words.includes(caseless(each)));
      if (name === undefined || !words.length || !plain.every((each) => isVersion.test(each))) continue;
      const given = withoutLetter(plain.join(" ") || version);
      const meant = `${this.title(name)} ${given}`.trim();
      const apart = `Write them apart: 'implementation: ${this.title(name)}', 'version: ${given}'.`;
      const hint = caseless(meant) === caseless(text) ? apart : `Did you mean ${quoted(meant)}?`;
      throw new Mistake(`${quoted(text)} is in neither the matrix nor the catalogue.`, hint, line);
    }
  }

  /** Refuse a distribution without its release, such as `Debian`. */
  refuseFamily(name, component) {
    const family = fold(component.distribution);
    const found = Object.entries(this.rules.distributions).filter(([, [first]]) => first.split(" ")[0] === family);
    if (!found.length) return;
    const known = found.filter(([release]) => this.carriers.has(`${name}\0${release}`));
    const shown = (known.length ? known : found).map(([, [first]]) => quoted(capital(first))).join(" or ");
    throw new Mistake(`${quoted(component.distribution)} is several releases.`, `Write which one: ${shown}.`, component.line);
  }

  /** Refuse a component's configuration that is a slip of the pen. */
  configuration(named, component) {
    const wanted = component.configuration;
    const known = this.configurations.get(named.name) ?? new Set();
    const near = slip(wanted, known);
    if (wanted && !known.has(wanted) && near !== null) {
      throw new Mistake(`${named.title} has no configuration ${quoted(wanted)}.`, `Did you mean ${quoted(near)}?`, component.line);
    }
  }

  /** The versions of an implementation that the component's distribution carries; of a version as well, those that it means. */
  carried(name, component) {
    this.refuseFamily(name, component);
    const release = this.release(component.distribution, component.line);
    const versions = [...(this.carriers.get(`${name}\0${release}`) ?? [])];
    if (component.version && versions.length) {
      const scheme = this.scheme(name);
      const bare = withoutLetter(component.version);
      const fits = [component.version, `${bare}.*`, readVersion(bare, scheme, []).spec];
      const meant = versions.filter((each) => fits.some((spec) => matchesSpec(each, spec, scheme)));
      if (!meant.length) {
        const both = `${component.version} as written, and ${sortedTexts(versions).join(", ")} in ${component.distribution}`;
        throw new Mistake(`${quoted(component.name)} has two versions: ${both}.`, "Delete the one that is not installed.", component.line);
      }
      return meant;
    }
    return versions;
  }

  isDistribution(text) {
    return Object.values(this.rules.distributions).some((spellings) => spellings.includes(fold(text)));
  }

  release(text, line) {
    const folded = fold(text);
    const distributions = Object.entries(this.rules.distributions);
    for (const [release, spellings] of distributions) if (spellings.includes(folded)) return release;
    const whole = this.distribution(text);
    if (whole) throw new Mistake(`no distribution ${quoted(text)} is known.`, `Did you mean ${quoted(whole)}?`, line);
    const families = new Set(distributions.flatMap(([, spellings]) => spellings.map((each) => each.split(" ")[0])));
    const [first, ...rest] = folded.split(" ");
    const near = closest(first, families, SLIP);
    if (near !== null && near !== first) {
      const meant = capital(`${near} ${rest.join(" ")}`.trim());
      throw new Mistake(`no distribution ${quoted(text)} is known.`, `Did you mean ${quoted(meant)}?`, line);
    }
    return folded;
  }

  /** Look a required feature up by its name or title. */
  feature(requirement) {
    const wanted = fold(requirement.feature);
    const whose = fold(requirement.suite);
    const suites = this.suites.filter((each) => !whose || whose === fold(each.name) || whose === fold(each.title));
    if (!suites.length) {
      const hint = nearestName(requirement.suite, this.suites.map((each) => each.name));
      throw new Mistake(`the matrix has no suite ${quoted(requirement.suite)}.`, hint, requirement.line);
    }
    const found = suites.flatMap((suite) =>
      suite.features.filter((_, at) => this.spelled[this.suites.indexOf(suite)][at].includes(wanted)).map((feature) => ({ suite, feature })),
    );
    if (!found.length) {
      const known = suites.flatMap((suite) => suite.features.map((each) => each.id));
      const meant = synonyms(requirement.feature, this.rules).filter((each) => known.includes(each));
      const hint = meant.length ? `Did you mean ${meant.map(quoted).join(" or ")}?` : nearFeature(wanted, known);
      throw new Mistake(`the matrix has no feature ${quoted(requirement.feature)}.`, hint, requirement.line);
    }
    if (found.length > 1) {
      const spelled = found.map(({ suite, feature }) => quoted(`${suite.name}/${feature.id}`)).join(" or ");
      throw new Mistake(`${quoted(requirement.feature)} is a feature of several suites.`, `Write ${spelled}.`, requirement.line);
    }
    return found[0];
  }

  /** Suite and role that a component says it takes; null when it says nothing. */
  taken(component) {
    if (!component.role) return null;
    const known = this.suites.flatMap((each) => each.roles.map((side) => `${each.name}.${side}`));
    if (!known.includes(component.role)) {
      throw new Mistake(`the matrix has no role ${quoted(component.role)}.`, nearestName(component.role, known), component.line);
    }
    const cut = component.role.indexOf(".");
    return { suite: component.role.slice(0, cut), role: component.role.slice(cut + 1) };
  }
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();

/** The features that people mean by a word of theirs (`umlauts`, `log-in`). */
function synonyms(text, rules) {
  const words = ` ${caseless(strip(text))} `;
  const edge = `[${BLANK}_-]`;
  const said = ([word]) => new RegExp(`${edge}${Array.from(word, literal).join("")}(?:s|es)?${edge}`, "u").test(words);
  return [...new Set(Object.entries(rules.synonyms).filter(said).flatMap(([, features]) => features))];
}

/** The known name of which a word is a slip of the pen: nearly the same, or two letters swapped; null when none is. */
function slip(word, known) {
  const names = [...known];
  return closest(word, names, SLIP) ?? sortedTexts(names).find((each) => isSwapped(word, each)) ?? null;
}

function isSwapped(word, other) {
  const [left, right] = [Array.from(word), Array.from(other)];
  const at = left.findIndex((letter, place) => letter !== right[place]);
  if (left.length !== right.length || at < 0 || at + 1 >= left.length) return false;
  [left[at], left[at + 1]] = [left[at + 1], left[at]];
  return left.join("") === other;
}

function nearFeature(name, known) {
  const close = closest(name.replaceAll(" ", "-"), known, 0.6);
  if (close !== null) return `Did you mean ${quoted(close)}?`;
  const shown = [...known].sort(byCharacters).slice(0, 12).join(", ");
  return `Known: ${shown}${known.length > 12 ? " and others" : ""}; \`interop stack new --matrix …\` lists them.`;
}
