// Verifies Ed25519 (RFC 8032), and signed notes (C2SP) with it.

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (n, m = P) => ((n % m) + m) % m;

function power(base, exponent) {
  let result = 1n;
  for (base = mod(base); exponent; exponent >>= 1n, base = mod(base * base))
    if (exponent & 1n) result = mod(result * base);
  return result;
}

const inverse = (n) => power(n, P - 2n);
const D = mod(-121665n * inverse(121666n));
const ROOT = power(2n, (P - 1n) / 4n);

const number = (bytes) => bytes.reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n);

// A point on the curve as [x, y, z, t]; null when the bytes are none.
function point(bytes) {
  const sign = BigInt(bytes[31] >> 7), y = number(bytes) & (2n ** 255n - 1n);
  if (y >= P) return null;
  const u = mod(y * y - 1n), v = mod(D * y * y + 1n);
  let x = mod(u * v ** 3n * power(u * v ** 7n, (P - 5n) / 8n));
  if (mod(v * x * x) === mod(-u)) x = mod(x * ROOT);
  if (mod(v * x * x) !== u || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2)), b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * t1 * D * t2), d = mod(2n * z1 * z2);
  const e = b - a, f = d - c, g = d + c, h = b + a;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function times(point, n) {
  let sum = [0n, 1n, 1n, 0n];
  for (; n; n >>= 1n, point = add(point, point)) if (n & 1n) sum = add(sum, point);
  return sum;
}

const BASE = point(Uint8Array.from([0x58, ...Array(31).fill(0x66)]));

function signedBy(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const a = point(key), r = point(signature.subarray(0, 32)), s = number(signature.subarray(32));
  if (!a || !r || s >= L) return false;
  const h = mod(number(sha512(Uint8Array.from([...signature.subarray(0, 32), ...key, ...message]))), L);
  const left = times(BASE, s), right = add(r, times(a, h));
  return mod(left[0] * right[2]) === mod(right[0] * left[2]) && mod(left[1] * right[2]) === mod(right[1] * left[2]);
}

// A verifier key `name+hash+base64`: its name, the hash that stands before its signatures, its 32 bytes.
function verifierKey(text) {
  const parts = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim());
  if (!parts) return null;
  let bytes;
  try { bytes = unbase64(parts[3]); } catch { return null; }
  if (bytes.length !== 33 || bytes[0] !== 1) return null;
  const id = sha256(utf8(parts[1] + "\n"), bytes).subarray(0, 4);
  return hex(id) === parts[2] ? { text: text.trim(), name: parts[1], id, key: bytes.subarray(1) } : null;
}

// A signed note: its text, and the signatures under it. null when it is none.
function signedNote(note) {
  const at = note.lastIndexOf("\n\n");
  if (at < 1 || !note.endsWith("\n")) return null;
  const text = note.slice(0, at + 1);
  try {
    const signatures = note.slice(at + 2, -1).split("\n").map((line) => {
      const [dash, name, encoded, ...more] = line.split(" ");
      if (dash !== "—" || !name || !encoded || more.length) throw line;
      const bytes = unbase64(encoded);
      return { name, id: bytes.subarray(0, 4), bytes: bytes.subarray(4) };
    });
    return { text, signed: utf8(text), signatures };
  } catch { return null; }
}

// A checkpoint: what was signed, where the log stood, and the signatures under it. null when it is none.
function checkpoint(note) {
  const read = signedNote(note), [origin, size, root, ...more] = read?.text.slice(0, -1).split("\n") ?? [];
  if (!origin || !root || !/^(0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(Number(size)) || more.includes("")) return null;
  const epochs = more.filter((line) => line.startsWith("epoch ")).map((line) => line.slice(6));
  if (!epochs.every((epoch) => /^[0-9]+$/.test(epoch))) return null;
  try {
    const hash = unbase64(root);
    return hash.length === 32 ? { ...read, origin, size: Number(size), root: hash, epoch: Number(epochs.at(-1) ?? 1) } : null;
  } catch { return null; }
}

// Whether a key may speak for a log: its name is the log's origin, or begins it.
const speaksFor = (key, origin) => origin === key.name || origin.startsWith(`${key.name}/`);

// Of the keys one that signed a note, "wrong" when what is signed in the name of one is not, else undefined.
function signer(note, keys) {
  let by;
  for (const key of keys)
    for (const { bytes } of note.signatures.filter(({ name, id }) => name === key.name && same(id, key.id))) {
      if (!signedBy(key.key, note.signed, bytes)) return "wrong";
      by ??= key;
    }
  return by;
}
