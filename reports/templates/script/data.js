// The embedded data (cases by requirement, exchanges by id), unpacked once, and the way elements are made of it.

let loaded = null;
let loading = null;

function load() {
  loading ??= unpack(document.getElementById("data").textContent).then((data) => (loaded = data));
  return loading;
}

// What the reader did not ask for yet waits until the page stands.
function whenLoaded(then) {
  if (document.readyState === "complete") then();
  else addEventListener("load", () => setTimeout(then), { once: true });
}

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

// Everything received is text: it reaches the page as text nodes and attributes only, never as markup.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") made.textContent = value;
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const number = (value) => value.toLocaleString("en").replaceAll(",", "\u202f");
