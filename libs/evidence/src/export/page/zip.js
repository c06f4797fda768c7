// Reads a zip straight from the file, however large it is.

class Damaged extends Error {}

async function bytesOf(blob) {
  return new DataView(await blob.arrayBuffer());
}

// The files in a zip by name: how they are packed, and where they are.
async function directory(file) {
  const tail = await bytesOf(file.slice(Math.max(0, file.size - 66000)));
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new Damaged("end");
  let count = tail.getUint16(end + 10, true), size = tail.getUint32(end + 12, true), at = tail.getUint32(end + 16, true);
  if (end >= 20 && tail.getUint32(end - 20, true) === 0x07064b50) {
    const large = Number(tail.getBigUint64(end - 12, true)), view = await bytesOf(file.slice(large, large + 56));
    if (view.byteLength < 56 || view.getUint32(0, true) !== 0x06064b50) throw new Damaged("end");
    count = Number(view.getBigUint64(32, true));
    size = Number(view.getBigUint64(40, true));
    at = Number(view.getBigUint64(48, true));
  }
  if (at + size > file.size) throw new Damaged("end");
  const view = await bytesOf(file.slice(at, at + size)), entries = new Map();
  for (let from = 0; count > 0; count--) {
    if (from + 46 > size || view.getUint32(from, true) !== 0x02014b50) throw new Damaged("directory");
    const u16 = (offset) => view.getUint16(from + offset, true), u32 = (offset) => view.getUint32(from + offset, true);
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, from + 46, u16(28)));
    const entry = { method: u16(10), crc: u32(16), packed: u32(20), bytes: u32(24), header: u32(42) };
    // Where a number does not fit in 32 bits it stands in an extra field.
    for (let extra = from + 46 + u16(28), last = extra + u16(30); extra + 4 <= last; ) {
      let value = extra + 4;
      if (view.getUint16(extra, true) === 1)
        for (const part of ["bytes", "packed", "header"])
          if (entry[part] === 0xffffffff) { entry[part] = Number(view.getBigUint64(value, true)); value += 8; }
      extra += 4 + view.getUint16(extra + 2, true);
    }
    if (entries.has(name)) throw new Damaged("directory");
    entries.set(name, entry);
    from += 46 + u16(28) + u16(30) + u16(32);
  }
  return entries;
}

// A file in the zip as it was packed.
async function packed(file, entry) {
  const header = await bytesOf(file.slice(entry.header, entry.header + 30));
  if (header.byteLength < 30 || header.getUint32(0, true) !== 0x04034b50) throw new Damaged("header");
  const at = entry.header + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  return file.slice(at, at + entry.packed);
}

// Its bytes, unpacked, some at a time.
async function* unpacked(file, entry) {
  const blob = await packed(file, entry);
  if (entry.method !== 0 && entry.method !== 8) throw new Damaged("method");
  const stream = entry.method === 0 ? blob.stream() : blob.stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch { throw new Damaged("packed"); }
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let i = 0; i < 8; i++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

function crc32(bytes) {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC[(crc ^ byte) & 255];
  return ~crc >>> 0;
}
