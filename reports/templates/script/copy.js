// What can be pasted elsewhere: commands, links, and a finding as Markdown for a ticket.

async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without a secure context, or where the clipboard is denied: the old way.
    const area = element("textarea", { class: "offscreen" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(`${what} copied`);
}

function say(text) {
  const said = document.getElementById("said");
  said.textContent = text;
  said.classList.add("shown");
  clearTimeout(say.waiting);
  say.waiting = setTimeout(() => said.classList.remove("shown"), 1800);
}

const read = (root, selector) => root.querySelector(selector)?.textContent.trim().replace(/\s+/g, " ") || "";

function markdown(article, data) {
  const { target, build, started, seed } = document.body.dataset;
  const variants = all(".variant", article).slice(0, 3);
  const lines = [
    `### ${article.id} (${read(article, ".level")}): ${read(article, "h4")}`,
    "",
    `Target ${target}${build ? `, ${build}` : ""}, run of ${started}, seed ${seed}.`,
    ...variants.flatMap((variant) => ["", ...variantLines(variant, data)]),
    "",
    ...["Since", "Known"].flatMap((name) => past(article, name)),
    `- Source: ${read(article, ".origin")}`,
    ...(read(article, ".repro code") ? [`- Send it again: \`${read(article, ".repro code")}\``] : []),
    ...(read(article, ".curl code") ? [`- By hand: \`${read(article, ".curl code")}\``] : []),
    `- Show again: \`${read(article, ".again code")}\``,
  ];
  return lines.join("\n");
}

function past(article, name) {
  const said = read(article, `.past-${name.toLowerCase()}`);
  return said ? [`- ${name}: ${said}`] : [];
}

function variantLines(variant, data) {
  const operations = all(".operations a", variant).map((link) => `\`${link.textContent}\``);
  const { exchange, control, role } = variant.querySelector(".evidence")?.dataset || {};
  return [
    `- Expected: ${read(variant, ".expected")}`,
    `- Observed: ${read(variant, ".observed")}`,
    `- Operations: ${operations.join(", ") || "none named"}`,
    ...fenced("What was sent and answered", data.exchanges[exchange]),
    ...fenced(role, data.exchanges[control]),
  ];
}

function fenced(title, exchange) {
  if (!exchange) return [];
  // A fence longer than any run of backticks inside cannot be closed by the target's answer.
  const text = [...requestLines(exchange), "", ...responseLines(exchange)].join("\n");
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return ["", `${title}:`, "", `${fence}http`, text, fence];
}

function setUpCopying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (button?.matches(".copy")) copy(button.dataset.copy, "Command");
    if (button?.matches(".link")) copy(`${location.href.split("#")[0]}#${button.dataset.link}`, "Link");
    if (button?.matches(".markdown")) copy(markdown(button.closest("article"), await load()), "Markdown");
  });
}
