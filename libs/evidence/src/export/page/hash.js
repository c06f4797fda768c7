// SHA-256 and SHA-512, written out: the page relies on nothing but the language.

const primes = (() => {
  const found = [];
  for (let n = 2; found.length < 80; n++) if (found.every((p) => n % p)) found.push(n);
  return found;
})();

// The first 64 bits of the fraction of a root of n, by whole numbers only.
function fraction(n, root) {
  const power = BigInt(root), scaled = BigInt(n) << (64n * power);
  let low = 0n, high = 1n << 72n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** power <= scaled) low = middle; else high = middle;
  }
  return BigInt.asUintN(64, low);
}

const K256 = Int32Array.from(primes.slice(0, 64), (p) => Number(fraction(p, 3) >> 32n) | 0);
const H256 = Int32Array.from(primes.slice(0, 8), (p) => Number(fraction(p, 2) >> 32n) | 0);
const K512 = primes.map((p) => fraction(p, 3));
const H512 = primes.slice(0, 8).map((p) => fraction(p, 2));

const schedule = new Int32Array(64);

class Sha256 {
  constructor() {
    this.state = H256.slice();
    this.rest = new Uint8Array(64);
    this.held = 0;
    this.length = 0;
  }

  update(bytes) {
    let at = 0;
    this.length += bytes.length;
    if (this.held) {
      const taken = Math.min(64 - this.held, bytes.length);
      this.rest.set(bytes.subarray(0, taken), this.held);
      this.held += taken;
      at = taken;
      if (this.held < 64) return this;
      this.block(this.rest, 0);
      this.held = 0;
    }
    for (; at + 64 <= bytes.length; at += 64) this.block(bytes, at);
    this.rest.set(bytes.subarray(at));
    this.held = bytes.length - at;
    return this;
  }

  block(bytes, at) {
    const w = schedule, s = this.state;
    for (let i = 0; i < 16; i++, at += 4)
      w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + low + w[i - 7] + high) | 0;
    }
    let a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
    for (let i = 0; i < 64; i++) {
      const one = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t = (h + one + ((e & f) ^ (~e & g)) + K256[i] + w[i]) | 0;
      const zero = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const u = (zero + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t) | 0; d = c; c = b; b = a; a = (t + u) | 0;
    }
    s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
  }

  digest() {
    const end = new Uint8Array(this.held < 56 ? 64 - this.held : 128 - this.held);
    end[0] = 0x80;
    const bits = new DataView(end.buffer), length = this.length;
    bits.setUint32(end.length - 8, Math.floor(length / 0x20000000));
    bits.setUint32(end.length - 4, (length * 8) >>> 0);
    this.update(end);
    const out = new DataView(new ArrayBuffer(32));
    this.state.forEach((word, i) => out.setInt32(4 * i, word));
    return new Uint8Array(out.buffer);
  }
}

function sha512(message) {
  const padded = new Uint8Array((((message.length + 16) >> 7) + 1) << 7);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(message.length) * 8n);
  const cut = (n) => BigInt.asUintN(64, n);
  const turn = (n, by) => cut((n >> by) | (n << (64n - by)));
  const s = H512.slice(), w = [];
  for (let at = 0; at < padded.length; at += 128) {
    for (let i = 0; i < 16; i++) w[i] = view.getBigUint64(at + 8 * i);
    for (let i = 16; i < 80; i++) {
      const x = w[i - 15], y = w[i - 2];
      const low = turn(x, 1n) ^ turn(x, 8n) ^ (x >> 7n), high = turn(y, 19n) ^ turn(y, 61n) ^ (y >> 6n);
      w[i] = cut(w[i - 16] + low + w[i - 7] + high);
    }
    let [a, b, c, d, e, f, g, h] = s;
    for (let i = 0; i < 80; i++) {
      const t = h + (turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n)) + ((e & f) ^ (cut(~e) & g)) + K512[i] + w[i];
      const u = (turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, cut(d + t), c, b, a, cut(t + u)];
    }
    [a, b, c, d, e, f, g, h].forEach((n, i) => (s[i] = cut(s[i] + n)));
  }
  const out = new DataView(new ArrayBuffer(64));
  s.forEach((n, i) => out.setBigUint64(8 * i, n));
  return new Uint8Array(out.buffer);
}

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), new Sha256()).digest();
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const unbase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const utf8 = (text) => new TextEncoder().encode(text);

const LEAF = Uint8Array.of(0), NODE = Uint8Array.of(1);

// The Merkle tree of RFC 6962, of which only the roots of the full subtrees are kept.
class Tree {
  constructor() {
    this.size = 0;
    this.roots = [];
  }

  push(leaf) {
    let node = leaf;
    for (let n = this.size; n % 2 === 1; n = Math.floor(n / 2)) node = sha256(NODE, this.roots.pop(), node);
    this.roots.push(node);
    this.size += 1;
  }

  root() {
    if (!this.size) return sha256();
    return this.roots.reduceRight((right, left) => sha256(NODE, left, right));
  }
}
