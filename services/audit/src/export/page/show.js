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

function given() {
  const lines = $("key").value.split("\n").map((line) => line.trim()).filter(Boolean), keys = lines.map(verifierKey);
  return keys.includes(null) ? null : keys;
}

async function check(file) {
  const keys = given();
  outcome = null;
  $("result").replaceChildren();
  $("verdict").hidden = true;
  document.body.dataset.state = "checking";
  if (!keys) return verdict("broken", say(TEXT.badKey));
  $("progress").hidden = false;
  const seen = (name, part) => {
    $("bar").value = part;
    $("doing").textContent = `${Math.floor(part * 100)} % · ${name}`;
  };
  try {
    outcome = await new Check(file, keys, seen).run();
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
  const events = placed.filter(({ what }) => !["checkpoints", "signature", "origin", "otherKey", "noSigner"].includes(what));
  const [{ service } = {}] = events.length ? events : placed;
  const positions = (events.length ? events : placed).filter((finding) => finding.service === service).map(({ position }) => position);
  return service && `${say(TEXT.first)} ${Math.min(...positions)} ${say(TEXT.inService)} ${service}`;
}

function show({ findings, logs, manifest, keys, given }) {
  const events = logs.filter((log) => log.last > 0), unsigned = events.filter((log) => log.signed === 0);
  if (findings.length) {
    const first = firstBad(findings);
    verdict("broken", null, first ? `${say(TEXT.broken)}: ${first}` : say(TEXT.broken));
  } else if (unsigned.length) verdict("unsigned", unsigned.map((log) => log.service).join(", "));
  else verdict("intact", say(given.length ? TEXT.given : TEXT.under));
  const parts = [];
  if (findings.length) {
    const items = findings.slice(0, 100).map(({ what, service, position, detail }) => {
      const where = [service, position].filter((part) => part !== undefined).join("@");
      return element("li", null, element("strong", where || detail), ` ${say(WORDS[what])}${where && detail ? ` (${detail})` : ""}`);
    });
    if (findings.length > 100) items.push(element("li", say(TEXT.more)));
    parts.push(element("h3", say(TEXT.found)), element("ul", null, ...items));
  }
  if (manifest) {
    const range = `${manifest.from ?? say(TEXT.start)} ${manifest.to ? `${say(TEXT.until)} ${manifest.to}` : `– ${say(TEXT.whole)}`}`;
    parts.push(element("p", `${say(TEXT.region)}: ${manifest.region}. ${say(TEXT.range)}: ${range}.`));
    parts.push(element("h3", say(TEXT.logs)), table(logs));
    if (events.some((log) => log.signed > 0 && log.signed < log.last)) parts.push(element("p", say(TEXT.tail)));
    for (const { service } of logs.filter((log) => log.forked)) parts.push(element("p", `${service}: ${say(TEXT.forked)}`));
  }
  if (keys?.length) parts.push(element("h3", say(TEXT.keys)), element("ul", null, ...keys.map((key) => element("li", null, element("code", key.text)))));
  $("result").replaceChildren(...parts);
}

function table(logs) {
  const row = (name, cells) => element("tr", null, ...cells.map((cell) => element(name, String(cell))));
  const heads = row("th", [TEXT.service, TEXT.from, TEXT.to, TEXT.events, TEXT.signed].map(say));
  heads.childNodes.forEach((head) => (head.scope = "col"));
  const rows = logs.map((log) => row("td", [log.service, log.first, log.last, log.events, log.signed || say(TEXT.none)]));
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
