// What a cell prints and shows, as the page shows what is stored.

export const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

// The text by which an output is compared with the stored one.
export function text(output) {
  if (output.text !== undefined) return output.text;
  const data = output.data ?? {};
  if (data["text/x-lth-page"] || data["image/svg+xml"] || data["image/png"]) return "";
  return data["text/markdown"] ?? data["text/plain"] ?? "";
}

const pre = (kind, content) =>
  element("div", { className: `output ${kind} notranslate lth-output` },
    element("div", { className: "highlight" }, element("pre", { textContent: content, tabIndex: 0 })));

const html = (content) => {
  const box = element("div", { className: "output text_html" });
  box.innerHTML = content;
  return box;
};

// Printing in many small pieces is one text.
function stream(box, { name, text: content }) {
  const last = box.lastElementChild;
  if (last?.dataset.stream === name) {
    const shown = last.querySelector("pre");
    if (shown.textContent.length < 200_000) shown.append(content);
    return;
  }
  const made = pre("stream", content);
  made.dataset.stream = name;
  box.append(made);
}

export function show(box, output) {
  if (output.clear) return box.replaceChildren();
  if (output.text !== undefined) return stream(box, output);
  const { data } = output;
  if (data["text/x-lth-page"]) {
    const made = html(data["text/x-lth-page"]);
    box.append(made);
    self.lthEnliven?.(made);
  } else if (data["image/svg+xml"]) {
    box.append(picture(data["image/svg+xml"], data["text/plain"]));
  } else if (data["image/png"]) {
    box.append(element("img", { src: `data:image/png;base64,${data["image/png"]}`, alt: data["text/plain"] ?? "" }));
  } else if (data["text/html"]) box.append(html(data["text/html"]));
  else if (data["text/markdown"]) box.append(html(markdown(data["text/markdown"])));
  else if (data["text/plain"] !== undefined) box.append(pre("text_plain", data["text/plain"]));
}

function picture(svg, words) {
  const box = html(`<div class="lth-explorer lth-live"><figure><div class="lth-stage" role="img">${svg}</div></figure></div>`);
  const said = words && !words.startsWith("<");
  box.querySelector(".lth-stage").setAttribute("aria-label", said ? words : "a figure that the cell drew");
  if (said) box.querySelector("figure").append(element("figcaption", { className: "lth-says", textContent: words }));
  return box;
}

export function showError(box, { line, words, trace }) {
  const box2 = element("div", { className: "lth-error", role: "alert" }, element("p", {}, element("code", { textContent: line })));
  if (words) box2.append(element("p", { textContent: words }));
  if (trace) {
    box2.append(element("details", {}, element("summary", { textContent: "Where it happened" }),
      element("pre", { textContent: trace, tabIndex: 0 })));
  }
  box.append(box2);
}

// Tables, paragraphs, code, bold, italic and links: what the package's own texts have.
const escaped = (content) => content.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const inline = (content) =>
  escaped(content)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replace(/\*([^*]+)\*/g, "<em>$1</em>")
    .replace(/\[([^\]]+)\]\(((?:https?:|#|[\w./-])[^)\s]*)\)/g, '<a href="$2">$1</a>')
    .replace(/\\([\\`*_$&#;|[\]~<>])/g, "$1");
const row = (line, cell) =>
  `<tr>${line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((c) => `<${cell}>${inline(c.trim())}</${cell}>`).join("")}</tr>`;

export function markdown(content) {
  return content.split(/\n{2,}/).map((block) => {
    const lines = block.split("\n").filter((line) => line.trim());
    if (lines.length > 1 && /^[\s|:-]+$/.test(lines[1]) && lines[1].includes("-")) {
      const rows = lines.slice(2).map((line) => row(line, "td")).join("");
      return `<div class="pst-scrollable-table-container" tabindex="0" role="region" aria-label="Wide table"><table class="table"><thead>${row(lines[0], "th")}</thead><tbody>${rows}</tbody></table></div>`;
    }
    return lines.length ? `<p>${inline(lines.join(" "))}</p>` : "";
  }).join("");
}
