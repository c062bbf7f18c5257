// One code cell of the page: its text, which becomes an editor, its outputs, and what the page says of it.
import { element, show, showError, text } from "./outputs.js";

const SLOW = 10; // seconds from which a cell says how long it takes

export class Cell {
  // page: what runs it; known: its record in the page's file; box: its place in the page; number: as readers call it.
  constructor(page, known, box, number) {
    Object.assign(this, { page, box, number, id: known.id, original: known.source, printed: known.printed, says: known.says });
    Object.assign(this, { needs: known.needs, seconds: known.seconds, source: known.source, hidden: known.hidden });
    this.input = box.querySelector(".cell_input") ?? this.#setup();
    this.code = this.input.querySelector(".highlight");
    this.stored = box.querySelector(":scope > .cell_output");
    this.shown = this.stored;
    this.#toolbar();
    this.code.addEventListener("click", (event) => {
      if (getSelection().isCollapsed && !event.target.closest("button")) this.edit(event);
    });
  }

  // A cell that the page does not show can be looked at, and changed, all the same.
  #setup() {
    const code = element("div", { className: "highlight" }, element("pre", { textContent: this.original }));
    const input = element("div", { className: "cell_input" }, element("div", { className: "highlight-python" }, code));
    this.box.prepend(element("details", { className: "lth-setup" },
      element("summary", { textContent: "A cell that is not shown: imports and settings" }), input));
    return input;
  }

  #toolbar() {
    const button = (words, act) => {
      const made = element("button", { type: "button", textContent: words, onclick: act });
      made.setAttribute("aria-label", `${words} cell ${this.number}`);
      return made;
    };
    this.runButton = button("Run", () => this.page.run(this));
    this.editButton = button("Edit", () => this.edit());
    this.backButton = button("Put back", () => this.putBack());
    this.note = element("span", { className: "lth-note", role: "status" });
    this.label = element("span", { className: "lth-number" });
    this.bar = element("div", { className: "lth-cell-bar" }, this.label, this.runButton,
      this.editButton, this.backButton, this.note);
    this.input.after(this.bar);
    this.runButton.disabled = Boolean(this.needs);
    this.mark();
  }

  get edited() {
    return this.source !== this.original;
  }

  get slow() {
    return this.seconds >= SLOW;
  }

  // What is always true of the cell, where nothing else is to be said.
  mark() {
    this.box.classList.toggle("lth-edited", this.edited);
    this.backButton.hidden = !this.edited;
    this.label.textContent = `Cell ${this.number}${this.edited ? " · edited" : ""}`;
    if (this.needs) this.say(`Needs ${this.needs}, which the page's Python has not: run it in the notebook.`);
    else if (this.slow) this.say(`Takes about ${Math.round(this.seconds)} s, and is left out of Run all.`);
    else this.say("");
  }

  say(words) {
    this.note.textContent = words;
  }

  edit(event) {
    if (!this.editor) this.#open();
    if (event) this.editor.at(event.clientX, event.clientY);
    this.editor.focus();
  }

  #open() {
    const place = element("div", { className: "lth-editor" });
    place.addEventListener("keydown", (event) => event.stopPropagation()); // "/" would go to the search
    this.code.before(place);
    this.code.hidden = true;
    this.editButton.hidden = true;
    this.editor = self.lthEditor({
      parent: place,
      text: this.source,
      label: `Code of cell ${this.number}`,
      run: () => this.page.run(this),
      leave: () => this.runButton.focus(),
      change: (source) => this.#change(source),
      tabs: () => this.page.tabs,
    });
  }

  #change(source) {
    this.source = source;
    this.mark();
    this.page.keep();
  }

  // An edit of an earlier visit.
  take(source) {
    this.source = source;
    this.#open();
    this.input.closest("details")?.setAttribute("open", "");
    this.mark();
  }

  putBack() {
    if (this.editor) this.editor.set(this.original);
    else this.#change(this.original);
    this.runButton.focus();
  }

  // Before a run: outputs are gathered beside those that are shown, which stay until there are others.
  begin() {
    this.box.classList.add("lth-running");
    this.said = "";
    this.fresh = element("div", { className: "cell_output docutils container lth-fresh" });
    this.say("Running …");
    this.late = false;
    this.waiting = setTimeout(() => {
      this.late = true;
      this.#arrived();
    }, 1000);
  }

  output(output) {
    this.said += text(output);
    show(this.fresh, output);
    if (this.late) this.#arrived();
  }

  #arrived() {
    if (this.fresh.childElementCount) this.#swap(this.fresh);
  }

  // After a run: where nothing was changed and the same was printed, the page's own outputs stay.
  end({ error, seconds }, asStored) {
    clearTimeout(this.waiting);
    this.box.classList.remove("lth-running");
    if (error) showError(this.fresh, error);
    const says = [...this.fresh.querySelectorAll(".lth-says")].map((one) => one.textContent);
    this.result = { said: this.said, says, seconds, error: error?.line ?? null };
    const alike = this.said.trimEnd() === this.printed.trimEnd() && says.join("\n") === this.says.join("\n");
    const same = asStored && !error && alike && (this.stored || !this.fresh.childElementCount);
    this.#swap(same ? this.stored : this.fresh.childElementCount ? this.fresh : null);
    this.mark();
    const took = seconds < 0.01 ? "in under 0.01 s" : `in ${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
    if (error) this.say(`Stopped by an error after ${seconds.toFixed(1)} s.`);
    else if (same && (this.printed || this.says.length)) this.say(`Ran ${took}: the same as printed.`);
    else this.say(`Ran ${took}.`);
    return { same, error };
  }

  abandon(words) {
    clearTimeout(this.waiting);
    this.box.classList.remove("lth-running");
    this.mark();
    this.say(words);
  }

  // The outputs that the page came with.
  reset() {
    this.#swap(this.stored);
    this.mark();
  }

  #swap(wanted) {
    if (wanted === this.shown) return;
    if (this.shown && wanted) this.shown.replaceWith(wanted);
    else if (this.shown) this.shown.remove();
    else if (wanted) (this.input.closest("details") ?? this.bar).after(wanted);
    this.shown = wanted;
    this.page.figuresOf(this);
  }
}
