// Checks an export: answers what it found, and how far the signatures reach.

const NEWEST = 1;

class Finding {
  // `what` is a sentence of words.js; service and position where they are known.
  constructor(what, { service, position, detail } = {}) {
    Object.assign(this, { what, service, position, detail: detail ?? "" });
  }
}

class Check {
  constructor(file, given, seen) {
    Object.assign(this, { file, given, seen, findings: [], logs: [], types: new Set(), done: 0, turn: 0 });
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

  readKeys(text) {
    let keys;
    try { keys = JSON.parse(text); } catch { keys = []; }
    keys = Array.isArray(keys) ? keys.map((key) => verifierKey(String(key))) : [null];
    if (keys.includes(null)) this.find("noKey");
    return keys.filter(Boolean);
  }

  async log(log) {
    const { service } = log, seen = { ...log, signed: 0, roots: new Map(), events: 0, policies: new Map() };
    this.logs.push(seen);
    if (!(log.first >= 1 && log.last >= log.first - 1 && log.size >= log.last)) return this.find("range", { service });
    const notes = await this.notes(seen);
    const leaves = await this.leaves(seen);
    if (!leaves) return;
    let agreed = 0;
    for (const [at, note] of notes.entries()) {
      const root = seen.roots.get(note.size);
      if (note.size !== log.checkpoints[at]) this.find("checkpoints", { service, position: note.size });
      // A log that was restored goes on under a higher epoch, which says so.
      if (!root || !same(root, note.root)) {
        if (root && notes.some(({ epoch }) => epoch > note.epoch)) seen.forked = true;
        else this.find("root", { service, position: agreed + 1, detail: `≤ ${note.size}` });
        continue;
      }
      agreed = Math.max(agreed, note.size);
      if (note.trusted) seen.signed = Math.max(seen.signed, note.size);
    }
    if (notes.length !== log.checkpoints.length) this.find("checkpoints", { service });
    await this.events(seen, leaves);
  }

  async notes(log) {
    const { service } = log, { region } = this.manifest, parts = (await this.text(`checkpoints/${service}.txt`)).split("\n\n");
    const notes = [];
    for (let at = 0; at + 1 < parts.length; at += 2) {
      const note = checkpoint(`${parts[at]}\n\n${parts[at + 1]}`);
      if (!note) { this.find("note", { service }); continue; }
      if (!note.origin.endsWith(`/${region}/${service}`)) this.find("origin", { service, position: note.size, detail: note.origin });
      note.trusted = signer(note, this.given.length ? this.given : this.keys);
      const by = note.trusted ?? signer(note, this.keys);
      if (by === "wrong") this.find("signature", { service, position: note.size });
      if (!by) this.find("noSigner", { service, position: note.size });
      notes.push(note);
      await this.breathe();
    }
    // An older key may have signed the older ones: the last one covers them too.
    if (notes.length && !notes.some(({ trusted }) => trusted)) this.find("otherKey", { service, position: notes.at(-1).size });
    if (parts.length > 1 && parts.length % 2) this.find("note", { service });
    return notes;
  }

  // All leaves; the roots of the tree at the sizes that are asked for.
  async leaves(log) {
    const { service, size } = log, wanted = new Set([...log.checkpoints, size]), tree = new Tree();
    if (this.entries.get(`leaves/${service}.bin`)?.bytes !== 32 * size) return this.find("leaves", { service });
    const all = new Uint8Array(32 * size);
    let length = 0;
    if (wanted.has(0)) log.roots.set(0, tree.root());
    for await (const part of this.bytes(`leaves/${service}.bin`)) {
      if (length < all.length) all.set(part.subarray(0, all.length - length), length);
      for (length += part.length; tree.size < size && 32 * (tree.size + 1) <= length; ) {
        tree.push(all.subarray(32 * tree.size, 32 * (tree.size + 1)));
        if (wanted.has(tree.size)) log.roots.set(tree.size, tree.root());
      }
    }
    if (tree.size !== size || length !== all.length) this.find("leaves", { service });
    else if (base64(tree.root()) !== log.root) this.find("manifestRoot", { service });
    return (position) => all.subarray(32 * (position - 1), 32 * position);
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
    if (log.service === "consortium") this.policyLeaf = leaf;
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
  }

  // The adopted policies are events too, each at its place in the consortium's log.
  async policies() {
    const lines = (await this.text("policies.json")).split("\n").slice(1, -2).filter(Boolean);
    for (const line of lines) {
      const text = line.replace(/,$/, "");
      let position;
      try { position = JSON.parse(text).position; } catch { /* Told below. */ }
      if (!this.policyLeaf || !(position >= 1) || !same(sha256(LEAF, utf8(text)), this.policyLeaf(position)))
        this.find("policy", { service: "consortium", position });
    }
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
