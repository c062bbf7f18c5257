// An assignment's page: boxes for answers in words, what the checks said last, and the notebook to hand in.
import { element } from "./outputs.js";

const SAID = /^(\w+): (\d+ of \d+ public checks)\./;

// An answer in words: a box in the place of the line that asks for it.
class Text {
  constructor(page, { id, task, words }, kept, line) {
    Object.assign(this, { id, original: words, source: kept?.source ?? words });
    const box = element("textarea", { className: "lth-text", rows: 10, spellcheck: false });
    box.value = this.edited ? this.source : "";
    box.placeholder = line.textContent;
    box.setAttribute("aria-label", `Your answer in words: ${task}`);
    box.addEventListener("keydown", (event) => event.stopPropagation()); // "/" would go to the search
    box.addEventListener("input", () => {
      this.source = box.value.trim() ? box.value : this.original;
      page.keep();
    });
    line.replaceWith(box);
  }

  get edited() {
    return this.source !== this.original;
  }
}

export class Assignment {
  constructor(page, known, edits) {
    Object.assign(this, { page, known, said: this.#kept() });
    const lines = [...document.querySelectorAll(".bd-article p > em:only-child")].map((em) => em.parentElement);
    this.texts = known.texts.flatMap((text) => {
      const place = lines.findIndex((line) => `*${line.textContent}*` === text.words);
      return place < 0 ? [] : [new Text(page, text, edits[text.id], lines.splice(place, 1)[0])];
    });
    this.list = element("details", { className: "lth-tasks" });
    page.bar.append(this.list);
    this.#write();
  }

  #kept() {
    try {
      return JSON.parse(localStorage.getItem(`lth-checks:${this.page.name}`) ?? "{}");
    } catch (error) {
      return {};
    }
  }

  #write() {
    const answered = this.known.tasks.filter((task) => this.said[task]);
    const words = `Checks: ${answered.length} of ${this.known.tasks.length} answers looked at`;
    const line = (task) => element("li", { textContent: `${task}: ${this.said[task] ?? "nothing yet"}` });
    this.list.replaceChildren(element("summary", { textContent: words }), element("ul", {}, ...this.known.tasks.map(line)));
  }

  // What a check said, kept for the next visit.
  heard(text) {
    const found = SAID.exec(text);
    if (!found || !this.known.tasks.includes(found[1])) return;
    this.said[found[1]] = found[2];
    try {
      localStorage.setItem(`lth-checks:${this.page.name}`, JSON.stringify(this.said));
    } catch (error) { /* no storage: gone with the page */ }
    this.#write();
  }

  // The notebook as it is handed in: answers in words too, its name beginning with the identifier.
  fill(notebook) {
    for (const text of this.texts) {
      const cell = notebook.cells.find((one) => one.id === text.id);
      if (cell) cell.source = text.source;
    }
    const student = this.page.cells.map((cell) => /^STUDENT = ["'](.*)["']/m.exec(cell.source)?.[1].trim()).find(Boolean);
    if (!student) this.page.say("Saved without an identifier: write yours between the quotation marks of the first cell.");
    const who = student ? `${student.replace(/[^\w.@-]/g, "")}_` : "";
    return `${who}${this.known.name}.ipynb`;
  }
}
