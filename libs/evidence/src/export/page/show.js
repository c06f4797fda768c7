// The page itself: takes the file, shows how far it is, and what came of it.

const $ = (id) => document.getElementById(id);
let outcome = null;

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  made.append(...children);
  return made;
}

function speak(to) {
  language = to;
  document.documentElement.lang = ["nl", "en"][to];
  document.querySelectorAll("[data-language]").forEach((button) => button.setAttribute("aria-pressed", String(Number(button.dataset.language) === to)));
  if (outcome) show(outcome);
}

// What the reader brings: keys, operators' keys, accepted epochs; null when something of it does not read.
function given() {
  const keysIn = (id) => $(id).value.split("\n").map((line) => line.trim()).filter(Boolean).map(verifierKey);
  const keys = keysIn("key"), operators = keysIn("operator"), accepted = $("accepted").value.split(/[\s,]+/).filter(Boolean).map(Number);
  const read = !keys.includes(null) && !operators.includes(null) && accepted.every((epoch) => Number.isInteger(epoch) && epoch > 1);
  return read ? { keys, operators, accepted: new Set(accepted) } : null;
}

async function check(file) {
  const brought = given();
  outcome = null;
  $("result").replaceChildren();
  $("verdict").hidden = true;
  document.body.dataset.state = "checking";
  if (!brought) return verdict("broken", say(TEXT.badKey));
  $("progress").hidden = false;
  const seen = (name, part) => {
    $("bar").value = part;
    $("doing").textContent = `${Math.floor(part * 100)} % · ${name}`;
  };
  try {
    outcome = await new Check(file, brought, seen).run();
    show(outcome);
  } catch (error) {
    verdict("broken", `${say(TEXT.failed)}: ${error.message}`);
  }
  $("progress").hidden = true;
}

function verdict(state, text, title = say(TEXT[state])) {
  $("verdict").replaceChildren(element("h2", title), ...(text ? [element("p", text)] : []));
  $("verdict").className = state;
  $("verdict").hidden = false;
  document.body.dataset.state = state;
}

// The first bad position of the first log that has one. A checkpoint tells only that it is no later than its size.
function firstBad(findings) {
  const placed = findings.filter(({ position }) => position !== undefined);
  const events = placed.filter(({ what }) => !["checkpoints", "signature", "origin", "stranger", "contradiction", "noSigner"].includes(what));
  const [{ service } = {}] = events.length ? events : placed;
  const positions = (events.length ? events : placed).filter((finding) => finding.service === service).map(({ position }) => position);
  return service && `${say(TEXT.first)} ${Math.min(...positions)} ${say(TEXT.inService)} ${service}`;
}

// A fork in words.
function forkWords({ epoch, declared, claimedAt, from, until }) {
  const who = declared ? `${say(declared.afterwards ? TEXT.afterwards : TEXT.declared)} (${declared.by}, ${declared.at}), ${say(TEXT.kept)} ${declared.kept}: ${declared.reason}`
    : say(TEXT.undeclared) + (claimedAt ? ` (${say(TEXT.claimed)} ${claimedAt})` : "");
  const where = from === undefined ? say(TEXT.differsNot) : `${say(TEXT.differs)} ${from}${until > from ? `–${until}` : ""}`;
  return `${say(TEXT.epoch)} ${epoch}: ${who}; ${where}`;
}

function show({ findings, nonconforming, refusals, logs, manifest, keys, given }) {
  const events = logs.filter((log) => log.size > 0), unsigned = events.filter((log) => log.signed === 0);
  if (findings.length) {
    const first = firstBad(findings), state = findings.every(({ what }) => what === "fork") ? "forked" : "broken";
    verdict(state, null, first ? `${say(TEXT[state])}: ${first}` : say(TEXT[state]));
  } else if (!events.length) verdict("nothing");
  else if (refusals) verdict("nonconforming", say(!given.keys.length ? TEXT.under : unsigned.length ? TEXT.tail : TEXT.given));
  else if (!given.keys.length) verdict("unvouched", say(TEXT.under));
  else if (unsigned.length) verdict("unvouched", `${say(TEXT.noneGiven)} ${unsigned.map((log) => log.service).join(", ")}.`);
  else if (logs.some((log) => log.open.length)) verdict("edges", say(TEXT.edgesWhy));
  else verdict("intact", say(TEXT.given));
  const parts = [];
  for (const [title, all, count] of [[TEXT.found, findings, findings.length], [TEXT.nonconformingAt, nonconforming, refusals]]) {
    if (!count) continue;
    const items = all.slice(0, 100).map(({ what, service, position, fork, detail: told }) => {
      const detail = fork ? forkWords(fork) : told;
      const where = [service, position].filter((part) => part !== undefined).join("@");
      return element("li", null, element("strong", where || detail), ` ${say(WORDS[what])}${where && detail ? ` (${detail})` : ""}`);
    });
    if (count > 100) items.push(element("li", say(TEXT.more)));
    parts.push(element("h3", say(title)), element("ul", null, ...items));
  }
  if (manifest) {
    const range = `${manifest.from ?? say(TEXT.start)} ${manifest.to ? `${say(TEXT.until)} ${manifest.to}` : `– ${say(TEXT.whole)}`}`;
    parts.push(element("p", `${say(TEXT.region)}: ${manifest.region}. ${say(TEXT.range)}: ${range}.`));
    parts.push(element("h3", say(TEXT.logs)), table(logs));
    const absent = SERVICES.filter((name) => !logs.some(({ service }) => service === name));
    if (absent.length) parts.push(element("p", `${say(TEXT.noLog)}: ${absent.join(", ")}`));
    if (events.some((log) => log.signed > 0 && log.signed < log.last)) parts.push(element("p", say(TEXT.tail)));
    for (const { service, first, last, open } of logs)
      for (const side of open) parts.push(element("p", `${service}: ${side === "before" ? `${say(TEXT.openBefore)} ${first}` : `${say(TEXT.openBehind)} ${last}`}.`));
    for (const { service, forks } of logs)
      for (const fork of forks.filter((fork) => fork.accepted)) parts.push(element("p", `${say(TEXT.accepted)}: ${service}, ${forkWords(fork)}`));
  }
  if (keys?.length) parts.push(element("h3", say(TEXT.keys)), element("ul", null, ...keys.map((key) => element("li", null, element("code", key.text)))));
  $("result").replaceChildren(...parts);
}

function table(logs) {
  const row = (name, cells) => element("tr", null, ...cells.map((cell) => element(name, String(cell))));
  const heads = row("th", [TEXT.service, TEXT.from, TEXT.to, TEXT.events, TEXT.signed, TEXT.unsigned].map(say));
  heads.childNodes.forEach((head) => (head.scope = "col"));
  const rows = logs.map((log) => row("td", [log.service, log.first, log.last, log.events, log.signed || say(TEXT.none), Math.max(0, log.last - log.signed)]));
  return element("div", null, element("table", null, element("thead", null, heads), element("tbody", null, ...rows)));
}

$("file").addEventListener("change", ({ target }) => target.files[0] && check(target.files[0]));
$("again").addEventListener("click", () => $("file").files[0] && check($("file").files[0]));
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  $("file").files = event.dataTransfer.files;
  if ($("file").files[0]) check($("file").files[0]);
});
document.querySelectorAll("[data-language]").forEach((button) => button.addEventListener("click", () => speak(Number(button.dataset.language))));
speak(navigator.language.startsWith("nl") ? 0 : 1);
