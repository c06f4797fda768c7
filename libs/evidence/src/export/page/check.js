// Checks an export: answers what it found, and how far the signatures reach.

const NEWEST = 1;

class Finding {
  // `what` is a sentence of words.js; service and position where they are known.
  constructor(what, { service, position, detail, fork } = {}) {
    Object.assign(this, { what, service, position, detail: detail ?? "", fork });
  }
}

class Check {
  // `given`: keys of logs, keys of operators, and the epochs that are accepted. What the file brings along is listed only.
  constructor(file, given, seen) {
    Object.assign(this, { file, given, seen, findings: [], nonconforming: [], refusals: 0, logs: [], types: new Set(), adopted: new Set(), done: 0, turn: 0 });
  }

  find(what, where) {
    if (this.findings.length < 1000) this.findings.push(new Finding(what, where));
  }

  async run() {
    try {
      this.entries = await directory(this.file);
      if (await this.readManifest()) await this.everything();
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      this.find("damaged", { detail: this.reading ?? error.message });
    }
    return this;
  }

  async everything() {
    await this.names();
    this.total = this.manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    this.keys = this.readKeys(await this.text("keys.json"));
    await this.readSchemas();
    for (const log of this.manifest.logs) await this.log(log);
    await this.policies();
    await this.rest();
    const schemas = [...this.entries.keys()].filter((name) => name.startsWith("schemas/"));
    for (const type of this.types)
      if (!schemas.includes(`schemas/${type}.schema.json`)) this.find("noSchema", { detail: type });
  }

  async readManifest() {
    const entry = this.entries.get("manifest.json");
    if (!entry) return this.find("noManifest");
    this.reading = "manifest.json";
    const parts = [];
    for await (const part of unpacked(this.file, entry)) parts.push(part);
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    if (crc32(bytes) !== entry.crc) throw new Damaged("manifest.json");
    let read;
    try { read = JSON.parse(new TextDecoder().decode(bytes)); } catch { throw new Damaged("manifest.json"); }
    if (read?.format !== "regiohub-export") return this.find("noManifest");
    if (read.version !== NEWEST) return this.find("newer", { detail: String(read.version) });
    this.manifest = read;
    return true;
  }

  // Every file that should be there is, and no other.
  async names() {
    const named = new Map(this.manifest.files.map((file) => [file.name, file]));
    for (const name of this.entries.keys()) if (name !== "manifest.json" && !named.has(name)) this.find("extra", { detail: name });
    const parts = this.manifest.logs.flatMap(({ service }) => [`events/${service}.ndjson`, `leaves/${service}.bin`, `checkpoints/${service}.txt`]);
    for (const name of ["README.txt", "verify.html", "keys.json", "policies.json", ...parts])
      if (!named.has(name)) this.find("unnamed", { detail: name });
    this.files = named;
    this.read = new Set();
  }

  // The bytes of a file as they come; its length and digest are compared at the end.
  async *bytes(name) {
    const entry = this.entries.get(name), named = this.files.get(name);
    this.reading = name;
    this.read.add(name);
    if (!named) return; // Told already.
    if (!entry) return this.find("absent", { detail: name });
    const digest = new Sha256();
    try {
      for await (const part of unpacked(this.file, entry)) {
        digest.update(part);
        this.done += part.length;
        yield part;
        await this.breathe();
      }
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      return this.find("damaged", { detail: name });
    }
    if (digest.length !== named.bytes || hex(digest.digest()) !== named.sha256) this.find("digest", { detail: name });
  }

  // Lets the page show how far it is.
  async breathe() {
    if (performance.now() - this.turn < 50) return;
    this.seen(this.reading, this.total ? this.done / this.total : 0);
    await new Promise((go) => setTimeout(go));
    this.turn = performance.now();
  }

  async text(name) {
    const decoder = new TextDecoder();
    let text = "";
    for await (const part of this.bytes(name)) text += decoder.decode(part, { stream: true });
    return text + decoder.decode();
  }

  // What each type of event holds, as the export says: it tells what was written badly, and never what is intact.
  async readSchemas() {
    this.schemas = new Map();
    for (const name of this.files.keys()) {
      const type = /^schemas\/(.+)\.schema\.json$/.exec(name)?.[1];
      if (!type) continue;
      try { this.schemas.set(type, JSON.parse(await this.text(name))); } catch { this.find("noSchema", { detail: type }); }
    }
  }

  conforms(event, where) {
    const schema = this.schemas.get(event.type), place = schema === undefined ? null : refused(schema, event);
    if (place === null) return;
    this.refusals += 1;
    if (this.nonconforming.length < 100) this.nonconforming.push(new Finding("nonconforming", { ...where, detail: place }));
  }

  readKeys(text) {
    let keys;
    try { keys = JSON.parse(text); } catch { keys = []; }
    keys = Array.isArray(keys) ? keys.map((key) => verifierKey(String(key))) : [null];
    if (keys.includes(null)) this.find("noKey");
    return keys.filter(Boolean);
  }

  async log(log) {
    const { service } = log, seen = { ...log, signed: 0, roots: new Map(), events: 0, forks: [], open: [] };
    this.logs.push(seen);
    if (!(log.first >= 1 && log.last >= log.first - 1 && log.size >= log.last)) return this.find("range", { service });
    // Without dates it is all of the log, and there are no leaves of anything else.
    const { from, to } = this.manifest;
    if ((!from && log.first !== 1) || (!to && log.size !== log.last)) this.find("range", { service, position: log.last + 1 });
    const { strands, strangers } = await this.notes(seen), restores = await this.restores(seen);
    const sizes = [...strands.values(), strangers].flat().map(({ size }) => size);
    const leaf = await this.leaves(seen, [...sizes, ...restores.map(({ kept }) => kept)]);
    if (!leaf) return;
    for (const [epoch, notes] of strands) {
      const older = await this.olderLeaves(service, epoch, notes.map(({ size }) => size));
      notes.diverged = divergence(notes, seen, older, leaf);
      for (const { size, root } of notes) if (seen.roots.has(size) && same(seen.roots.get(size), root)) seen.signed = Math.max(seen.signed, size);
    }
    this.forks(seen, strands, restores, leaf);
    // What no given key signed is harmless where something signed covers it and says the same.
    for (const { size, root } of strangers)
      if (size > seen.signed || !same(seen.roots.get(size) ?? [], root)) this.find("stranger", { service, position: size });
    await this.events(seen, leaf);
    await this.edges(seen, leaf);
    if (!this.given.keys.length) seen.signed = 0;
    if (service === "consortium") Object.assign(this, { policyLeaf: leaf, policySize: log.size });
  }

  // The checkpoints that are believed, by epoch and size; and those that no given key signed.
  async notes(log) {
    const { service } = log, { region } = this.manifest, parts = (await this.text(`checkpoints/${service}.txt`)).split("\n\n");
    const given = this.given.keys.length > 0, keys = given ? this.given.keys : this.keys;
    const strands = new Map(), strangers = [], places = [];
    for (let at = 0; at + 1 < parts.length; at += 2) {
      const note = checkpoint(`${parts[at]}\n\n${parts[at + 1].trimEnd()}\n`);
      if (!note) { this.find("note", { service }); continue; }
      const where = { service, position: note.size };
      places.push(note);
      if (!note.origin.endsWith(`/${region}/${service}`)) { this.find("origin", { ...where, detail: note.origin }); continue; }
      const by = signer(note, keys.filter((key) => speaksFor(key, note.origin)));
      if (by === "wrong") this.find("signature", where);
      else if (by) {
        const strand = strands.get(note.epoch) ?? [];
        if (strand.some(({ size, root }) => size === note.size && !same(root, note.root))) this.find("contradiction", where);
        strands.set(note.epoch, [...strand, note].sort((a, b) => a.size - b.size));
      } else if (given) strangers.push(note);
      else this.find("noSigner", where);
      await this.breathe();
    }
    if (parts.length > 1 && parts.length % 2) this.find("note", { service });
    if (places.length !== log.checkpoints.length || places.some(({ size }, at) => size !== log.checkpoints[at])) this.find("checkpoints", { service });
    const ordered = places.every((note, at) => !at || places[at - 1].size < note.size || (places[at - 1].size === note.size && places[at - 1].epoch < note.epoch));
    if (!ordered) this.find("order", { service });
    if (given && places.length && !strands.size) {
      this.find("otherKey", { service });
      return { strands, strangers: [] };
    }
    return { strands, strangers };
  }

  // The events that declare restores, wherever they stand in the log.
  async restores({ service }) {
    const name = `restores/${service}.ndjson`, restores = [];
    if (!this.files.has(name)) return restores;
    for (const line of (await this.text(name)).split("\n").filter(Boolean)) {
      const read = declaration(line, this.manifest.region, service, this.given.operators);
      if (read) restores.push(read); else this.find("declaration", { service });
    }
    return restores;
  }

  forks(log, strands, restores, leaf) {
    const { service } = log, declared = new Map(), claims = new Map();
    for (const restore of restores) {
      const { at, kept, root, to, afterwards, by } = restore;
      const place = at >= 1 && at <= log.size && (afterwards ? kept < at : kept + 1 === at);
      const holds = place && same(leaf(at), restore.leaf) && log.roots.has(kept) && base64(log.roots.get(kept)) === root;
      if (!holds) this.find("declaration", { service, position: at });
      else if (by) { if (!declared.has(to)) declared.set(to, restore); } else if (!claims.has(to)) claims.set(to, at);
      if (holds && by && !claims.has(to)) claims.set(to, at);
    }
    const { forks, altered } = forksOf(strands, declared, claims, this.given.accepted);
    for (const { from, size } of altered) this.find("root", { service, position: from, detail: `≤ ${size}` });
    log.forks = forks;
    for (const fork of forks) if (!fork.accepted) this.find("fork", { service, position: fork.from, fork });
  }

  // All leaves; the roots of the tree at the sizes that are asked for.
  async leaves(log, sizes) {
    const { service, size } = log, name = `leaves/${service}.bin`;
    if (this.entries.get(name)?.bytes !== 32 * size) return this.find("leaves", { service });
    const { count, roots, leaf } = await this.tree(name, size, [...sizes, size]);
    log.roots = roots;
    if (count !== size) this.find("leaves", { service });
    else if (base64(roots.get(size)) !== log.root) this.find("manifestRoot", { service });
    return leaf;
  }

  // What was signed in an older epoch, where the export has it.
  async olderLeaves(service, epoch, sizes) {
    const name = `leaves/${service}.epoch-${epoch}.bin`, entry = this.entries.get(name);
    return entry && this.files.has(name) ? this.tree(name, Math.floor(entry.bytes / 32), sizes) : null;
  }

  async tree(name, size, sizes) {
    const tree = new Tree(), wanted = new Set(sizes), roots = new Map(), all = new Uint8Array(32 * size);
    let length = 0;
    if (wanted.has(0)) roots.set(0, tree.root());
    for await (const part of this.bytes(name)) {
      if (length < all.length) all.set(part.subarray(0, all.length - length), length);
      for (length += part.length; tree.size < size && 32 * (tree.size + 1) <= length; ) {
        tree.push(all.subarray(32 * tree.size, 32 * (tree.size + 1)));
        if (wanted.has(tree.size)) roots.set(tree.size, tree.root());
      }
    }
    return { count: length === all.length ? tree.size : -1, roots, leaf: (position) => all.subarray(32 * (position - 1), 32 * position) };
  }

  async events(log, leaf) {
    const decoder = new TextDecoder("utf-8", { fatal: true }), versions = new Map();
    let rest = new Uint8Array(), position = log.first, before = "";
    const line = (bytes) => {
      const where = { service: log.service, position };
      if (!same(sha256(LEAF, bytes), leaf(position))) this.find("leaf", where);
      let event;
      try { event = JSON.parse(decoder.decode(bytes)); } catch { event = null; }
      if (!event) this.find("unreadable", where);
      else {
        this.envelope(log, event, where, versions, before);
        this.conforms(event, where);
        before = event.time ?? before;
      }
      log.events += 1;
      position += 1;
    };
    for await (const part of this.bytes(`events/${log.service}.ndjson`)) {
      let from = 0;
      for (let end; (end = part.indexOf(10, from)) >= 0; from = end + 1) {
        const piece = part.subarray(from, end);
        line(rest.length ? Uint8Array.from([...rest, ...piece]) : piece);
        rest = new Uint8Array();
        await this.breathe();
      }
      if (from < part.length) rest = Uint8Array.from([...rest, ...part.subarray(from)]);
    }
    if (rest.length) line(rest);
    if (position <= log.last) this.find("missing", { service: log.service, position });
    if (position > log.last + 1) this.find("more", { service: log.service, position: log.last + 1 });
  }

  // The events on both sides of a range of dates: their dates show that none of it was left out at its edges.
  async edges(log, leaf) {
    const { service, first, last, size } = log, { from, to } = this.manifest, name = `edges/${service}.ndjson`;
    const beside = new Map(), sides = [];
    for (const line of this.files.has(name) ? (await this.text(name)).split("\n").filter(Boolean) : []) {
      let event = {};
      try { event = JSON.parse(line) ?? {}; } catch { /* Told below. */ }
      beside.set(event.position, { line, day: dutchDate(event.time) });
    }
    if (from && first > 1) sides.push(["before", first - 1, (day) => day < from]);
    if (to) sides.push(["behind", last + 1, (day) => day > to]);
    for (const [side, position, outside] of sides) {
      const there = beside.get(position);
      beside.delete(position);
      if (!there) log.open.push(side);
      else if (position > size || !there.day || !same(sha256(LEAF, utf8(there.line)), leaf(position))) this.find("edge", { service, position });
      else if (!outside(there.day)) this.find("leftOut", { service, position });
      else if (position > log.signed) log.open.push(side);
    }
    if (beside.size) this.find("edge", { service });
  }

  // What stands around an event must fit its place.
  envelope(log, event, where, versions, before) {
    const { region, from, to } = this.manifest;
    if (event.position !== where.position) this.find("position", where);
    if (event.region !== region) this.find("region", where);
    if (typeof event.source !== "string" || !event.source.endsWith(`:regiohub-${log.service}`)) this.find("source", where);
    const known = versions.get(event.subject), expected = known === undefined ? (log.first === 1 ? 1 : event.version) : known + 1;
    if (event.version !== expected || !Number.isInteger(event.version)) this.find("version", where);
    versions.set(event.subject, event.version);
    if (event.time < before) this.find("backward", where);
    const day = dutchDate(event.time);
    if (!day || (from && day < from) || (to && day > to)) this.find("outside", where);
    this.types.add(event.type);
    if (log.service === "consortium" && event.subject === `policy/${region}`) this.adopted.add(where.position);
  }

  // The adopted policies are events too, each at its place in the consortium's log: all that the export has, and before
  // them one version after another.
  async policies() {
    const service = "consortium", lines = (await this.text("policies.json")).split("\n");
    if (lines.shift() !== "[" || lines.pop() !== "" || lines.pop() !== "]") this.find("policy", { service });
    let version = 0;
    for (const line of lines.filter(Boolean)) {
      const text = line.replace(/,$/, "");
      let event = {};
      try { event = JSON.parse(text) ?? {}; } catch { /* Told below. */ }
      const { position } = event, inside = Number.isInteger(position) && position >= 1 && position <= this.policySize;
      const stands = inside && same(sha256(LEAF, utf8(text)), this.policyLeaf(position)) && event.subject === `policy/${this.manifest.region}`;
      if (!stands) this.find("policy", { service, position });
      else if (event.version !== ++version) return this.find("policyMissing", { service, position });
      this.adopted.delete(position);
    }
    if (this.adopted.size) this.find("policyMissing", { service, position: Math.min(...this.adopted) });
  }

  // What was not read on the way.
  async rest() {
    for (const name of this.files.keys()) if (!this.read.has(name)) for await (const _ of this.bytes(name));
  }
}

// The date in the Netherlands at a moment; formatting is slow, so a date is made once per hour.
const dates = new Map();
const amsterdam = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Amsterdam" });
function dutchDate(time) {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(time)) return null;
  const hour = time.slice(0, 13);
  if (!dates.has(hour)) dates.set(hour, amsterdam.format(new Date(time)));
  return dates.get(hour);
}
