// Restores: a log that went on otherwise from an earlier point, under a raised epoch. A number raises no fork: what older
// epochs signed is compared all the same, and a difference is a finding until the epoch is accepted.

const DECLARATION = /^regiohub log-restored v1\nlog (.+)\nepoch (\d+) to (\d+)\nkept (\d+)\nroot (\S+)\ndeclared (when restored|afterwards)\nreason (.+)\n$/;

// What an event declares, and by which of the operators' keys; a string says why it declares nothing.
function declaration(line, region, service, operators) {
  let event;
  try { event = JSON.parse(line); } catch { return null; }
  const note = signedNote(String(event?.data?.note ?? "")), said = note && DECLARATION.exec(note.text);
  if (!said || event.type !== `nl.sterktechniekonderwijs.${service}.log-restored.v1`) return null;
  const [, origin, from, to, kept, root, when, reason] = said, ending = `/${region}/${service}`;
  const data = event.data, afterwards = when === "afterwards";
  const beside = data.fromEpoch === Number(from) && data.toEpoch === Number(to) && data.position === Number(kept) && data.afterwards === afterwards;
  if (!beside || Number(to) <= Number(from) || !origin.endsWith(ending)) return null;
  const name = `operator@${origin.slice(0, -ending.length)}`, by = signer(note, operators.filter((key) => key.name === name));
  if (by === "wrong") return null;
  return { at: event.position, leaf: sha256(LEAF, utf8(line)), to: Number(to), kept: Number(kept), root, afterwards, reason, by: by?.name };
}

// Where a log first differs from what an epoch signed of it; null when it differs nowhere.
function divergence(notes, log, older, leaf) {
  let agreed = 0;
  for (const { size, root } of notes) {
    const proven = older?.roots.get(size) && same(older.roots.get(size), root);
    if (size > log.size) {
      let from = 1;
      while (proven && from <= log.size && same(older.leaf(from), leaf(from))) from++;
      return { from: proven ? from : log.size + 1, size, exact: proven, floor: agreed + 1 };
    }
    if (log.roots.has(size) && same(log.roots.get(size), root)) {
      agreed = size;
      continue;
    }
    // Leaves that give the signed root are the ones that were signed.
    if (!proven) return { from: agreed + 1, size, exact: false, floor: agreed + 1 };
    let from = 1;
    while (from < size && same(older.leaf(from), leaf(from))) from++;
    return { from, size, exact: true };
  }
  return null;
}

// The forks of a log, and the differences that none of them explains.
function forksOf(strands, declared, claims, accepted) {
  const epochs = [...new Set([...strands.keys(), ...claims.keys()])].filter((epoch) => epoch > 1).sort((a, b) => a - b);
  const forks = epochs.map((epoch) => ({ epoch, declared: declared.get(epoch), claimedAt: claims.get(epoch), accepted: accepted.has(epoch) }));
  const altered = [];
  for (const [epoch, { diverged }] of strands) {
    if (!diverged) continue;
    const later = forks.filter((fork) => fork.epoch > epoch);
    const fork = later.find((fork) => !fork.declared) ?? [...later].sort((a, b) => a.declared.kept - b.declared.kept)[0];
    const kept = fork?.declared?.kept ?? 0;
    // What was declared to be kept must be as it was signed.
    if (!fork || diverged.size <= kept || (diverged.exact && diverged.from <= kept)) {
      altered.push(diverged);
      continue;
    }
    const from = Math.max(diverged.exact ? diverged.from : diverged.floor, kept + 1);
    if (fork.from === undefined || from < fork.from) Object.assign(fork, { from, until: diverged.exact ? from : diverged.size });
  }
  return { forks, altered };
}
