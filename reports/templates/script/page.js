// The page as a whole: deep links, light and dark, keys, printing.

async function follow() {
  const [name, query] = decodeURIComponent(location.hash.slice(1)).split(/\?(.*)/s);
  if (!name) return;
  if (name === "requirements" && query !== undefined) await chooseFromAddress(query);
  // With a choice, what was chosen is shown, not the table of areas above it.
  const place = document.getElementById(query === undefined ? name : "filters");
  if (!place) return say(`${name} is not in this report`);
  for (let around = place.parentElement; around; around = around.parentElement) if (around.matches("details")) around.open = true;
  if (place.matches(".row")) {
    if (place.hidden) form.reset();
    place.hidden = false;
    await toggleRow(place, true);
  }
  show(place);
  // The first finding is filled when the data is unpacked, and moves what is below it.
  if (!loaded) {
    await load();
    show(place);
  }
}

function show(place) {
  place.scrollIntoView();
  place.focus({ preventScroll: true });
}

function setUpTheme() {
  const root = document.documentElement;
  const remembered = (() => {
    try {
      return localStorage.getItem("conformance-theme");
    } catch {
      return null;
    }
  })();
  if (remembered) root.dataset.theme = remembered;
  document.getElementById("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try {
      localStorage.setItem("conformance-theme", root.dataset.theme);
    } catch {
      // Some viewers keep nothing; the choice then lasts as long as the page.
    }
  });
}

function step(by) {
  const findings = all("article.finding").filter((finding) => finding.checkVisibility());
  const here = findings.indexOf(document.activeElement.closest("article.finding"));
  const next = findings[here < 0 ? 0 : Math.min(findings.length - 1, Math.max(0, here + by))];
  if (!next) return;
  next.tabIndex = -1;
  next.scrollIntoView();
  next.focus({ preventScroll: true });
}

function setUpKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    if (event.key === "/") {
      event.preventDefault();
      form.elements.q.focus();
    }
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
  });
}

const PRINTED_EVIDENCE = 40;

function openForPrint() {
  for (const alike of all("details.alike, details.reason")) alike.open = true;
  if (!loaded) return;
  for (const details of all("details.evidence").slice(0, PRINTED_EVIDENCE)) {
    details.open = true;
    fillEvidence(details, loaded);
  }
}

setUpTheme();
setUpEvidence();
setUpMatrix();
setUpSorting();
setUpCopying();
setUpKeys();
addEventListener("hashchange", follow);
addEventListener("beforeprint", openForPrint);
follow();
whenLoaded(() => (window.requestIdleCallback || setTimeout)(load));
