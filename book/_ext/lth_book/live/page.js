// A page that runs: its bar, its cells in order, what is kept of them, and its notebook.
import { Assignment } from "./assignment.js";
import { Cell } from "./cell.js";
import { Figure } from "./figures.js";
import { element } from "./outputs.js";
import { Python, Stopped } from "./python.js";

const load = (name, properties) =>
  new Promise((done, fail) => {
    const made = element(name, properties);
    made.onload = done;
    made.onerror = () => fail(new Error("a file did not arrive"));
    document.head.append(made);
  });

export async function start({ bar, place, page, base }) {
  const [known] = await Promise.all([
    fetch(`${base}${page}.json`).then((answer) => {
      if (!answer.ok) throw new Error(`${page}.json is not there`);
      return answer.json();
    }),
    load("link", { rel: "stylesheet", href: `${base}live.css` }),
    load("script", { src: `${base}codemirror.js` }),
  ]);
  const running = new Page({ bar, place, page, base, known });
  self.lthPage = running;
  await running.begin();
}

class Page {
  constructor({ bar, place, page, base, known }) {
    Object.assign(this, { bar, place, name: page, tabs: false, line: Promise.resolve(), current: null });
    this.known = known;
    const settings = { base, files: known.files, info: known.info };
    this.python = new Python(settings, (message) => this.#progress(message), (output) => this.current?.output(output));
  }

  // Python first; the page's cells change only once it is there.
  async begin() {
    this.#loading();
    let seconds;
    try {
      seconds = await this.python.start();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      this.bar.replaceChildren("Not loaded. The page is as it was.");
      this.place.querySelector("button").disabled = false;
      return;
    }
    this.place.hidden = true;
    this.#controls();
    if (!this.cells) this.#enliven();
    const edits = this.cells.filter((cell) => cell.edited).length;
    const kept = edits ? ` Your edits (${edits}) are here; variables are not: what a cell needs runs first.` : "";
    this.say(`Python is here (${seconds.toFixed(1)} s). Tap a cell to change it; Shift-Enter runs it.${kept}`);
  }

  // While it is loaded: what, how much, and a way out.
  #loading() {
    this.meter = element("progress", { max: 1, value: 0 });
    this.meter.setAttribute("aria-label", "Loading Python");
    this.words = element("span", { className: "lth-status", textContent: "Loading …" });
    const cancel = element("button", { type: "button", textContent: "Cancel", onclick: () => this.python.stop() });
    this.bar.replaceChildren(this.meter, this.words, cancel);
    this.bar.hidden = false;
  }

  #progress(message) {
    if (!this.meter?.isConnected) return;
    if (message.kind === "starting") {
      this.meter.removeAttribute("value");
      this.words.textContent = "Starting Python …";
      return;
    }
    const mega = (bytes) => (bytes / 1e6).toFixed(1);
    this.meter.value = message.loaded / message.total;
    this.words.textContent = `${message.words}: ${mega(message.loaded)} of ${mega(message.total)} MB`;
  }

  #controls() {
    const button = (words, act, title) => element("button", { type: "button", textContent: words, onclick: act, title });
    this.all = button("Run all", () => this.runAll(), "Run every cell, from the top");
    this.halt = button("Stop", () => this.stop(), "End what runs; variables are lost, edits are kept");
    this.halt.disabled = true;
    const reset = button("Reset", () => this.reset(), "Show the outputs that the page came with, and forget all variables");
    const save = button(this.known.assignment ? "Download for hand-in" : "Save", () => this.download(), "Your cells as a notebook");
    const tabs = element("input", { type: "checkbox", onchange: () => (this.tabs = tabs.checked) });
    const label = element("label", { className: "lth-tabs" }, tabs, " Tab indents");
    this.words = element("p", { className: "lth-status" });
    this.words.setAttribute("role", "status");
    this.bar.replaceChildren(element("div", { className: "lth-buttons" }, this.all, this.halt, reset, save, label), this.words);
    this.bar.classList.add("lth-ready");
  }

  say(...words) {
    this.words.replaceChildren(...words);
  }

  #enliven() {
    const found = [];
    for (const known of this.known.cells) {
      const box = document.querySelector(`.tag_lth-cell-${CSS.escape(known.id)}`);
      if (box) found.push(new Cell(this, known, box, found.length + 1));
    }
    this.cells = found;
    const edits = this.#kept();
    for (const cell of found) {
      const edit = edits[cell.id];
      if (edit) cell.take(edit.source);
      if (edit && edit.from !== cell.original) cell.say("Edited; the page's own cell has changed since.");
      this.figuresOf(cell);
    }
    if (this.known.assignment) this.assignment = new Assignment(this, this.known.assignment, edits);
    document.body.classList.add("lth-running-page");
  }

  // Edits outlive the page; where the browser keeps nothing, the reader is told once.
  #kept() {
    try {
      return JSON.parse(localStorage.getItem(`lth-edits:${this.name}`) ?? "{}");
    } catch (error) {
      return {};
    }
  }

  keep() {
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.#keepNow(), 300);
    this.leaving ??= (addEventListener("pagehide", () => this.#keepNow()), true);
  }

  #keepNow() {
    const edited = [...this.cells, ...(this.assignment?.texts ?? [])].filter((one) => one.edited);
    const edits = Object.fromEntries(edited.map((cell) => [cell.id, { source: cell.source, from: cell.original }]));
    try {
      if (edited.length) localStorage.setItem(`lth-edits:${this.name}`, JSON.stringify(edits));
      else localStorage.removeItem(`lth-edits:${this.name}`);
    } catch (error) {
      if (!this.warned) this.say("This browser keeps no edits: download them before you leave.");
      this.warned = true;
    }
  }

  // One after the other, whoever asks.
  #next(act) {
    const done = this.line.then(act);
    this.line = done.catch(() => {});
    return done;
  }

  run(cell) {
    return this.#next(() => this.#guarded(cell, () => this.#runWithNeeded(cell)));
  }

  // What happens when Python is stopped, or ends by itself.
  async #guarded(cell, act) {
    this.halt.disabled = false;
    try {
      return await act();
    } catch (error) {
      const stopped = error instanceof Stopped;
      (this.current ?? cell).abandon(stopped ? "Stopped." : "Not run.");
      this.say(stopped ? "Stopped. Your edits are kept, the variables are gone: the next cell runs what it needs again."
        : `Python ended: ${error.message}. Your edits are kept; the next cell starts it again.`);
      return false;
    } finally {
      this.current = null;
      this.halt.disabled = true;
    }
  }

  async #ready() {
    if (this.python.runs) return;
    this.say("Starting Python again …");
    await this.python.start();
    this.say("");
  }

  async #plan(cell) {
    await this.#ready();
    const cells = this.cells.map(({ id, source }) => [id, source]);
    const plan = await this.python.ask("plan", { cells, target: cell.id });
    const named = (ids) => ids.map((id) => this.cells.find((one) => one.id === id));
    return { run: named(plan.run), all: named(plan.all), fresh: plan.fresh };
  }

  async #runWithNeeded(cell, quiet = false) {
    const { run, all } = await this.#plan(cell);
    const lacking = run.find((one) => one.needs);
    if (lacking && lacking !== cell) {
      cell.say(`Needs cell ${lacking.number} first, which needs ${lacking.needs}.`);
      return false;
    }
    if (lacking) return false;
    const before = run.slice(0, -1);
    if (before.length && !quiet) {
      const which = before.length > 1 ? `cells ${before.map((one) => one.number).join(", ")} run first` : `cell ${before[0].number} runs first`;
      const slow = before.filter((one) => one.slow).map((one) => `; cell ${one.number} takes about ${Math.round(one.seconds)} s`);
      this.say(`Cell ${cell.number} needs what others make: ${which}${slow.join("")}.`);
    }
    const asStored = all.every((one) => !one.edited);
    for (const one of run) {
      const done = await this.#one(one, asStored || (await this.#plan(one)).all.every((needed) => !needed.edited));
      if (done.error) {
        if (one !== cell) cell.say(`Not run: cell ${one.number}, which it needs, ended in an error.`);
        return false;
      }
    }
    return true;
  }

  async #one(cell, asStored) {
    this.current = cell;
    cell.begin();
    const done = await this.python.ask("run", { cell: cell.id, source: cell.source });
    this.current = null;
    this.assignment?.heard(cell.said);
    return cell.end(done, asStored);
  }

  // From the top; what takes long, or hangs on it, is named and asked for.
  async runAll(slowToo = false) {
    const left = [];
    let count = 0;
    this.all.disabled = true;
    const stopped = await this.#next(async () => {
      for (const cell of this.cells) {
        if (cell.needs || (cell.slow && !slowToo)) {
          left.push(cell);
          continue;
        }
        this.say(`Running cell ${cell.number} of ${this.cells.length} …`);
        const act = async () => {
          const { run } = await this.#plan(cell);
          if (run.some((one) => left.includes(one))) return left.push(cell);
          count += 1;
          return this.#runWithNeeded(cell, true);
        };
        await this.#guarded(cell, act);
        if (!this.python.runs) return true;
      }
      return false;
    });
    this.all.disabled = false;
    if (stopped) return;
    this.say(`${count} cells ran.`);
    const waits = left.filter((cell) => !cell.needs && cell.slow);
    const lack = left.filter((cell) => cell.needs);
    const list = (cells) => `cell${cells.length > 1 ? "s" : ""} ${cells.map((cell) => cell.number).join(", ")}`;
    if (lack.length) this.words.append(` Left out: ${list(lack)}, for which the page's Python has no ${[...new Set(lack.map((c) => c.needs))].join(" or ")}.`);
    if (waits.length) {
      const seconds = Math.round(waits.reduce((sum, cell) => sum + cell.seconds, 0));
      this.words.append(` Left out: ${list(waits)}, about ${seconds} s. `, element("button", { type: "button", textContent: "Run these too", onclick: () => this.runAll(true) }));
    }
    const rest = left.filter((cell) => !cell.needs && !cell.slow);
    if (rest.length) this.words.append(` ${list(rest)[0].toUpperCase()}${list(rest).slice(1)} need those, and were left out with them.`);
  }

  stop() {
    this.python.stop();
  }

  // As the page came, but for the edits.
  async reset() {
    this.python.stop();
    await this.line;
    this.cells.forEach((cell) => cell.reset());
    const edited = this.cells.filter((cell) => cell.edited);
    this.say("Reset: the page's own outputs, no variables. ");
    if (edited.length) {
      const act = () => {
        edited.forEach((cell) => cell.putBack());
        this.say("All cells are as the page came.");
      };
      this.words.append(`Your edits (${edited.length}) are kept. `, element("button", { type: "button", textContent: "Put them back", onclick: act }));
    }
  }

  // Figures of a cell: those that it shows now get to compute.
  figuresOf(cell) {
    for (const box of cell.box.querySelectorAll(".lth-explorer")) {
      if (box.parts && !box.draws) new Figure(box, (figure, chosen) => this.#frame(cell, figure, chosen));
    }
  }

  // A frame of a cell's figure; the cell runs first where it has not, as it stands.
  #frame(cell, figure, chosen) {
    return this.#next(async () => {
      let found = { error: "Not drawn." };
      await this.#guarded(cell, async () => {
        const plan = await this.#plan(cell);
        if (!plan.fresh && !(await this.#runWithNeeded(cell))) return;
        found = await this.python.ask("frame", { figure, chosen });
      });
      return found;
    });
  }

  // The page's notebook with the reader's cells in place of its own.
  async download() {
    const address = new URL(`../../notebooks/${this.name}.ipynb`, this.python.settings.base);
    const answer = this.known.notebook ? await fetch(address).catch(() => null) : null;
    if (this.assignment && !answer?.ok) return this.say("The notebook did not arrive: try again.");
    const notebook = answer?.ok ? await answer.json() : this.#bareNotebook();
    const cells = [...this.cells];
    for (const one of notebook.cells) {
      const place = cells.findIndex((cell) => one.cell_type === "code" && cell.original === [one.source].flat().join(""));
      if (place < 0) continue;
      const [cell] = cells.splice(place, 1);
      if (cell.edited) Object.assign(one, { source: cell.source, outputs: [], execution_count: null });
    }
    const name = this.assignment?.fill(notebook) ?? `${this.name}.ipynb`;
    const file = new Blob([JSON.stringify(notebook, null, 1)], { type: "application/x-ipynb+json" });
    const link = element("a", { href: URL.createObjectURL(file), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  #bareNotebook() {
    const cells = this.cells.map(({ id, original }) => ({ cell_type: "code", execution_count: null, id, metadata: {}, outputs: [], source: original }));
    const metadata = { kernelspec: { display_name: "Python 3", language: "python", name: "python3" } };
    return { cells, metadata, nbformat: 4, nbformat_minor: 5 };
  }
}
