// Elements, links, the clipboard. Text only ever enters the page as text: nothing here parses HTML.

const byId = (id) => document.getElementById(id);

/** Make an element. `on…` attributes are listeners; false and null attributes and children are left out. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** "1 gap", "3 gaps". */
const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

/** A button that copies a text and says so. */
function copyButton(label, text) {
  const button = make("button", { type: "button", class: "plain" }, label);
  button.addEventListener("click", async () => {
    await copy(text());
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = label), 1500);
  });
  return button;
}

async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch {
      // Refused by the browser's settings: the old way below needs no permission.
    }
  }
  const field = make("textarea", { readonly: true, class: "off-screen" });
  field.value = text;
  const parent = document.querySelector("dialog[open]") ?? document.body;
  parent.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
