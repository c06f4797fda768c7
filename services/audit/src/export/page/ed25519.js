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

// A checkpoint: what was signed, where the log stood, and the signatures under it. null when it is no signed note.
function checkpoint(note) {
  const [body, signatures] = note.split("\n\n");
  const lines = body.split("\n");
  if (!signatures || lines.length < 3 || !/^(0|[1-9][0-9]*)$/.test(lines[1])) return null;
  try {
    return {
      origin: lines[0], size: Number(lines[1]), root: unbase64(lines[2]), epoch: Number(/^epoch (\d+)$/m.exec(body)?.[1] ?? 1), signed: utf8(body + "\n"),
      signatures: signatures.trimEnd().split("\n").map((line) => {
        const [dash, name, text, ...more] = line.split(" ");
        if (dash !== "—" || !text || more.length) throw line;
        const bytes = unbase64(text);
        return { name, id: bytes.subarray(0, 4), bytes: bytes.subarray(4) };
      }),
    };
  } catch { return null; }
}

// Of the keys the one that signed a checkpoint, "wrong" when such a key's signature is not right, else undefined.
function signer(checkpoint, keys) {
  for (const { name, id, bytes } of checkpoint.signatures) {
    const key = keys.find((key) => key.name === name && same(key.id, id));
    if (key) return signedBy(key.key, checkpoint.signed, bytes) ? key : "wrong";
  }
}
