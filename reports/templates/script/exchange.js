// Shows exchanges: what was sent and answered, the control beside it, lines that differ marked.

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function requestLines(exchange) {
  const request = exchange.request;
  const [address, query] = request.url.split(/\?(.*)/s);
  const lines = [`${request.method} ${address}`];
  if (query) lines.push(...query.split("&").map((pair, index) => `  ${index ? "&" : "?"}${readable(pair)}`));
  return [...lines, ...headerLines(request), ...bodyLines(request)];
}

function responseLines(exchange) {
  const response = exchange.response;
  if (!response) return [`no answer: ${exchange.error || "unknown"}`];
  return [`${response.status} ${response.reason || ""}`, ...headerLines(response), ...bodyLines(response)];
}

const headerLines = (message) => message.headers.map(([name, value]) => `${name}: ${value.replace(BOUNDARY, "boundary=…")}`);

// Multipart: the boundary is new each time and says nothing, and a field reads best on one line.
const BOUNDARY = /boundary="?([^";]+)"?/;
const PART = /^Content-Disposition: form-data; name="([^"]*)"\r?\n\r?\n([\s\S]*)$/;

function multipartLines(body, boundary) {
  const parts = body.split(`--${boundary}`).map((part) => part.replace(/^\r?\n|\r?\n$/g, ""));
  return parts.filter((part) => part && part !== "--").flatMap((part) => {
    const field = part.match(PART);
    return field ? [`${field[1]}=${field[2]}`] : part.split(/\r?\n/);
  });
}

function bodyLines(message) {
  if (!message.body) return [];
  const boundary = message.headers.map(([, value]) => value.match(BOUNDARY)?.[1]).find(Boolean);
  const cut = message.cut ? [`… cut here${message.size ? `: ${number(message.size)} bytes in all` : ""}; exchanges.har may hold more`] : [];
  const lines = boundary ? multipartLines(message.body, boundary) : pretty(message.body).split("\n");
  return ["", ...lines, ...cut];
}

function readable(pair) {
  try {
    return decodeURIComponent(pair.replaceAll("+", " "));
  } catch {
    return pair;
  }
}

// What every request has anew; marking it would hide the difference that matters.
const ALWAYS_NEW = /^\s*[?&"]?(nonce|timestamp|signature)"?[=:]|^(Content-Length|Date|X-Request-Id|X-Runtime|ETag):/i;

// A request that was spoiled on purpose says how; then this is the difference that matters.
function isNoise(line, intent) {
  const [, name] = line.match(ALWAYS_NEW) || [];
  return ALWAYS_NEW.test(line) && !(name && intent.includes(name.toLowerCase()));
}

function textBlock(label, lines, others, intent = "") {
  const known = new Set(others);
  const pre = element("pre", { tabindex: "0", "aria-label": label });
  lines.forEach((line, index) => {
    const differs = others && line.trim() && !known.has(line) && !isNoise(line, intent);
    pre.append(differs ? element("mark", { text: line }) : line, index < lines.length - 1 ? "\n" : "");
  });
  return element("div", { class: "message" }, element("h6", { text: label }), pre);
}

function exchangeTitle(exchange) {
  const path = exchange.request.url.split("?")[0].split("/api/v3").pop() || "/";
  const status = exchange.response ? exchange.response.status : exchange.error;
  return `${exchange.request.method} ${path} → ${status}`;
}

function exchangeView(role, exchange, other) {
  const status = exchange.response ? `s${String(exchange.response.status)[0]}` : "s0";
  const words = [exchange.intent, `as ${exchange.user}`, `${exchange.elapsed_ms.toFixed(0)} ms`, `exchange ${exchange.id}`];
  return element(
    "div",
    { class: "exchange" },
    element("h5", {}, element("span", { class: "role", text: role }), " ", element("span", { class: `status ${status}`, text: exchangeTitle(exchange) })),
    element("p", { class: "words", text: words.join(" · ") }),
    textBlock("Request", requestLines(exchange), other && requestLines(other), exchange.intent === "valid" ? other?.intent : exchange.intent),
    textBlock("Response", responseLines(exchange), other && responseLines(other)),
  );
}

function pairView(data, exchangeId, controlId, role = "Control, accepted") {
  const exchange = data.exchanges[exchangeId];
  const control = data.exchanges[controlId];
  if (!exchange && !control) return missing(exchangeId || controlId);
  const views = [];
  if (exchange) views.push(exchangeView(control ? "This request" : "Request", exchange, control));
  if (control) views.push(exchangeView(role, control, exchange));
  return element("div", { class: views.length > 1 ? "pair" : "single" }, ...views);
}

const missing = (id) => element("p", { class: "note", text: id ? `Exchange ${id} is not in this page; exchanges.har has it under _id.` : "No exchange was recorded." });

// The steps of a case in the order sent; where something broke and what it is compared with say so.
function sequenceView(data, found, shownId, controlId) {
  const sent = (found?.exchanges || []).filter((id) => data.exchanges[id]);
  const count = sent.length + (found?.more || 0);
  if (!sent.some((id) => id !== shownId && id !== controlId) && !found?.more) return null;
  const more = element("details", { class: "more" }, element("summary", { text: `Everything sent for this case: ${count} request${count === 1 ? "" : "s"} in order` }));
  const role = (id) => (id === shownId ? "shown above: " : id === controlId ? "beside it above: " : "");
  more.addEventListener("toggle", () => {
    if (!more.open || more.children.length > 1) return;
    more.append(...sent.map((id, index) => foldedExchange(data.exchanges[id], `${index + 1}. ${role(id)}`)));
    if (found.more) more.append(element("p", { class: "note", text: `${found.more} more are in exchanges.har.` }));
  });
  return more;
}

function foldedExchange(exchange, place = "") {
  const folded = element("details", { class: "folded" }, element("summary", { text: `${place}${exchangeTitle(exchange)}, ${exchange.intent}` }));
  folded.addEventListener("toggle", () => {
    if (folded.open && folded.children.length === 1) folded.append(exchangeView("Request", exchange));
  });
  return folded;
}

// Fills one folded piece of evidence of a finding; does nothing where it is filled already.
function fillEvidence(details, data) {
  const slot = details.querySelector(".slot");
  if (slot.childElementCount) return;
  const { exchange, control, role, requirement, case: caseId } = details.dataset;
  const found = data.requirements[requirement]?.cases.find((each) => each.id === caseId);
  const shown = exchange || found?.exchanges?.at(-1);
  slot.append(pairView(data, shown, control, role));
  const sequence = sequenceView(data, found, shown, control);
  if (sequence) slot.append(sequence);
}

function setUpEvidence() {
  for (const details of all("details.evidence")) {
    details.addEventListener("toggle", async () => {
      if (details.open) fillEvidence(details, loaded || (await load()));
    });
    if (details.open) whenLoaded(() => load().then((data) => fillEvidence(details, data)));
  }
}
