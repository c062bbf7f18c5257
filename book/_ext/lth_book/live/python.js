// The page's Python as the page sees it: a worker that is asked, and ended where it does not answer.

export class Stopped extends Error {}

export class Python {
  #worker = null;
  #started = null;
  #asked = new Map();
  #number = 0;

  // settings: where the files are and what they are; told: what is called with each progress; output: with each
  // output of the cell that runs.
  constructor(settings, told, output) {
    Object.assign(this, { settings, told, output });
  }

  get runs() {
    return this.#started !== null;
  }

  // Once Python is there; the seconds that it took.
  start() {
    return (this.#started ??= this.#begin());
  }

  async #begin() {
    const since = performance.now();
    this.#worker = new Worker(`${this.settings.base}worker.js`);
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = (event) => this.#end(new Error(event.message || "the worker could not be loaded"));
    try {
      await this.#send("start", this.settings);
    } catch (error) {
      this.#end(error);
      throw error;
    }
    return (performance.now() - since) / 1000;
  }

  #hear(message) {
    if (message.kind === "output") return this.output(message.output);
    if (message.kind === "progress" || message.kind === "starting") return this.told(message);
    const asked = this.#asked.get(message.id);
    if (!asked) return;
    this.#asked.delete(message.id);
    if (message.kind === "done") return asked.done(message.value);
    asked.fail(new Error(message.message));
    if (message.fatal) this.#end(new Error("Python has run out of memory, and has ended"));
  }

  #send(act, data) {
    const id = ++this.#number;
    return new Promise((done, fail) => {
      this.#asked.set(id, { done, fail });
      this.#worker.postMessage({ ...data, act, id });
    });
  }

  async ask(act, data) {
    await this.start();
    return this.#send(act, data);
  }

  stop() {
    this.#end(new Stopped("stopped"));
  }

  #end(reason) {
    this.#worker?.terminate();
    this.#worker = this.#started = null;
    const open = [...this.#asked.values()];
    this.#asked.clear();
    open.forEach(({ fail }) => fail(reason));
  }
}
