// The requirement matrix: filters kept in the address, and the details of a row, made when it is opened.

const SHOWN_CASES = 40;
const rows = all("#matrix .row");
const form = document.getElementById("filters");
const texts = new Map();

function textOf(row) {
  if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
  return texts.get(row);
}

function chosen() {
  const fields = new FormData(form);
  return {
    q: fields.get("q").trim().toLowerCase(),
    verdict: fields.getAll("verdict"),
    level: fields.get("level"),
    area: fields.get("area"),
    operation: fields.get("operation"),
  };
}

async function filter() {
  const wanted = chosen();
  // Operations and tests of a requirement stand in the data only.
  const data = wanted.operation || wanted.q ? await load() : null;
  let count = 0;
  for (const row of rows) {
    const fits = rowFits(row, wanted, data?.requirements[row.dataset.id]);
    row.hidden = !fits;
    if (row.nextElementSibling?.matches(".row-details")) row.nextElementSibling.hidden = !fits;
    count += fits;
  }
  document.getElementById("shown").textContent = `${number(count)} of ${number(rows.length)}`;
  document.getElementById("nothing").hidden = count > 0;
}

function rowFits(row, wanted, known) {
  const { verdict, level, area } = row.dataset;
  if (wanted.verdict.length && !wanted.verdict.includes(verdict)) return false;
  if (wanted.level && wanted.level !== level) return false;
  if (wanted.area && wanted.area !== area) return false;
  if (wanted.operation && !known.operations.includes(wanted.operation)) return false;
  return wanted.q.split(/\s+/).every((word) => textOf(row).includes(word) || names(known).some((name) => name.toLowerCase().includes(word)));
}

const names = (known) => (known ? [...known.operations, ...known.tests] : []);

function keepInAddress() {
  const wanted = chosen();
  const pairs = Object.entries({ ...wanted, verdict: wanted.verdict.join(",") }).filter(([, value]) => value);
  const query = new URLSearchParams(pairs).toString().replaceAll("%2C", ",");
  history.replaceState(null, "", `#requirements${query ? `?${query}` : ""}`);
}

function chooseFromAddress(query) {
  const wanted = new URLSearchParams(query);
  const verdicts = (wanted.get("verdict") || "").split(",");
  for (const box of all("input[name=verdict]", form)) box.checked = verdicts.includes(box.value);
  for (const name of ["q", "level", "area", "operation"]) form.elements[name].value = wanted.get(name) || "";
  return filter();
}

async function toggleRow(row, open) {
  const button = row.querySelector(".expand");
  const show = open ?? button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(show));
  const data = loaded || (await load());
  let details = row.nextElementSibling?.matches(".row-details") ? row.nextElementSibling : null;
  if (!details && show) {
    details = element("div", { class: "row-details", role: "row" }, element("div", { role: "cell" }, rowDetails(row, data)));
    row.after(details);
  }
  if (details) details.hidden = !show;
}

function rowDetails(row, data) {
  const known = data.requirements[row.dataset.id];
  const origin = row.querySelector(".origin").cloneNode(true);
  origin.hidden = false;
  const finding = document.querySelector(`article[id="${row.dataset.id}"]`);
  const parts = [
    finding && element("p", {}, element("a", { href: `#${row.dataset.id}`, text: "The finding, with request and response" })),
    element("p", {}, element("b", { text: "Source " }), origin),
    evidenceTable(known),
    element("p", {}, element("b", { text: known.tests.length === 1 ? "Test " : "Tests " }), ...known.tests.slice(0, 20).map((name) => element("code", { class: "test", text: name })), known.tests.length > 20 ? ` and ${known.tests.length - 20} more` : ""),
    casesView(known, data),
  ];
  return element("div", { class: "known" }, ...parts.filter(Boolean));
}

function evidenceTable(known) {
  const counted = Object.entries(known.evidence);
  if (!counted.length) return element("p", {}, element("b", { text: "Operations " }), known.operations.join(", ") || "none");
  const body = counted.map(([name, [accepted, refused]]) =>
    element("tr", {}, element("th", { scope: "row" }, element("a", { href: `#${name}`, text: name })), element("td", { class: "number", text: number(accepted) }), element("td", { class: "number", text: number(refused) })));
  const head = element("tr", {}, ...["Operation", "Accepted", "Refused"].map((text) => element("th", { scope: "col", text })));
  return element("details", { open: counted.length <= 8 }, element("summary", { text: `Evidence on ${counted.length} operation${counted.length === 1 ? "" : "s"}` }), element("table", { class: "small" }, element("thead", {}, head), element("tbody", {}, ...body)));
}

function casesView(known, data) {
  if (!known.cases.length) return null;
  const weight = { fail: 0, warn: 1, inconclusive: 2, pass: 3 };
  const ordered = [...known.cases].sort((one, other) => (weight[one.verdict] ?? 4) - (weight[other.verdict] ?? 4));
  const list = element("div", { class: "cases" }, ...ordered.slice(0, SHOWN_CASES).map((each) => caseView(each, data)));
  if (ordered.length > SHOWN_CASES) {
    const more = element("button", { type: "button", text: `Show ${number(ordered.length - SHOWN_CASES)} more cases` });
    more.addEventListener("click", () => more.replaceWith(...ordered.slice(SHOWN_CASES).map((each) => caseView(each, data))));
    list.append(more);
  }
  return element("div", {}, element("b", { text: `${number(ordered.length)} case${ordered.length === 1 ? "" : "s"}` }), list);
}

function caseView(each, data) {
  const sent = each.cases ? `, ${number(each.cases)} generated` : "";
  const summary = element("summary", {}, element("span", { class: `verdict ${each.verdict}`, text: each.verdict.replace("-", " ") }), ` ${each.id}${sent}`);
  const folded = element("details", { class: "folded" }, summary);
  folded.addEventListener("toggle", () => {
    if (folded.open && folded.children.length === 1) folded.append(caseBody(each, data));
  });
  return folded;
}

function caseBody(each, data) {
  const body = element("div", { class: "case" });
  const line = `conformance repro ${each.id}`;
  body.append(element("p", { class: "command" }, element("code", { text: line }), " ", element("button", { type: "button", class: "copy", "data-copy": line, text: "Copy" })));
  if (each.reason) body.append(element("p", { text: each.reason }));
  for (const [role, finding] of [["", each.finding], ["One of two tries: ", each.earlier]]) {
    if (!finding) continue;
    body.append(element("p", { text: `${role}expected ${finding.expected}; observed ${finding.observed}` }));
    if (finding.detail) body.append(element("pre", { class: "detail", text: finding.detail, tabindex: "0" }));
    const beside = role && each.other_try ? [each.other_try, "The other try"] : [finding.control];
    body.append(pairView(data, finding.exchange || each.exchanges?.at(-1), ...beside));
  }
  const shown = each.finding || each.earlier ? [each.finding?.exchange, each.finding?.control] : [];
  const others = (each.exchanges || []).filter((id) => !shown.includes(id));
  body.append(...others.map((id) => (data.exchanges[id] ? foldedExchange(data.exchanges[id]) : missing(id))));
  return body;
}

function setUpMatrix() {
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => filter().then(keepInAddress), 60);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  // The fields are cleared after this event.
  form.addEventListener("reset", () => setTimeout(() => filter().then(keepInAddress)));
  document.getElementById("matrix").addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    if (row && (event.target.closest(".expand") || !event.target.closest("a, button"))) toggleRow(row);
  });
}
