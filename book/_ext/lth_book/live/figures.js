// Figures that compute: values between their frames, where their axes say that there are some.
import { element } from "./outputs.js";

const PATIENCE = 200; // milliseconds before a figure shows that it is being drawn
const NAMES = "Its values are names: nothing lies between them.";
const TABLE = "Drawn from a table that was computed beforehand: it has these values and no others.";

const kindOf = ({ whole, low, high }) => `${whole ? "a whole number" : "a number"} from ${low} to ${high}`;

export class Figure {
  // draw: asks the page's Python for a frame of this figure.
  constructor(box, draw) {
    Object.assign(this, { box, draw, parts: box.parts, exact: {}, fields: {}, asked: 0, busy: false });
    this.note = element("p", { className: "lth-between", role: "status" });
    box.querySelector(".lth-controls").append(this.note);
    const between = this.parts.axes.filter((axis) => axis.between);
    between.forEach((axis) => this.#field(axis));
    const names = this.parts.axes.every((axis) => axis.texts.some((text) => Number.isNaN(Number(text))));
    this.usual = between.length || !box.dataset.frames ? "" : names ? NAMES : TABLE;
    this.note.textContent = this.usual;
    box.draws = (at) => this.#draws(at);
    this.#write(this.parts.at);
  }

  // A number beside the slider, in the place of the text that shows its value.
  #field(axis) {
    const control = this.parts.control[axis.name];
    const { whole, low, high } = axis.between;
    const label = this.box.querySelector(`label[for="${control.id}"]`).textContent;
    const field = element("input", { type: "number", className: "lth-exact", min: low, max: high, step: whole ? 1 : "any" });
    field.setAttribute("aria-label", `${label}, ${kindOf(axis.between)}`);
    field.addEventListener("input", () => this.#typed(axis, field));
    control.addEventListener("input", () => delete this.exact[axis.name], { capture: true });
    const output = control.nextElementSibling;
    output.hidden = true;
    output.after(field);
    this.fields[axis.name] = field;
  }

  #typed(axis, field) {
    const number = field.valueAsNumber;
    const { low, high, whole, values } = axis.between;
    const allowed = number >= low && number <= high && (!whole || Number.isInteger(number));
    field.setAttribute("aria-invalid", String(!allowed));
    if (!allowed) {
      this.note.textContent = field.value === "" ? "" : `It takes ${kindOf(axis.between)}.`;
      return;
    }
    this.note.textContent = this.usual;
    const away = values.map((value) => Math.abs(value - number));
    this.exact[axis.name] = number;
    this.typing = field;
    this.parts.choose({ [axis.name]: away.indexOf(Math.min(...away)) });
    this.typing = null;
  }

  // What each number field shows: what was typed, or the value where the slider stands.
  #write(at) {
    for (const axis of this.parts.axes) {
      const field = this.fields[axis.name];
      if (field && field !== this.typing) {
        field.value = this.exact[axis.name] ?? axis.between.values[at[axis.name]];
        field.setAttribute("aria-invalid", "false");
      }
    }
  }

  // Whether the frame is drawn by Python: there is none in store.
  #draws(at) {
    this.#write(at);
    this.asked += 1;
    const typed = this.parts.axes.some((axis) => {
      const number = this.exact[axis.name];
      return number !== undefined && number !== axis.between.values[at[axis.name]];
    });
    if (!typed && this.box.dataset.frames) {
      this.#done();
      return false;
    }
    this.#compute();
    return true;
  }

  #chosen() {
    const one = ({ name }) => (this.exact[name] === undefined ? { at: this.parts.at[name] } : { value: this.exact[name] });
    return Object.fromEntries(this.parts.axes.map((axis) => [axis.name, one(axis)]));
  }

  // The newest request wins: while one is drawn only the last of those that came meanwhile is asked for.
  async #compute() {
    if (this.busy) return;
    this.busy = true;
    this.patience ??= setTimeout(() => this.box.classList.add("lth-busy"), PATIENCE);
    let number;
    let frame;
    do {
      number = this.asked;
      frame = await this.draw(this.box.id, this.#chosen());
    } while (number !== this.asked && this.#wanted());
    this.busy = false;
    if (number !== this.asked) return;
    this.#done();
    if (frame.error) this.note.textContent = frame.error;
    else this.parts.paint({ ...frame, svg: () => frame.svg });
  }

  #wanted() {
    return !this.box.dataset.frames || Object.keys(this.exact).length > 0;
  }

  #done() {
    clearTimeout(this.patience);
    this.patience = undefined;
    this.box.classList.remove("lth-busy");
    this.note.textContent = this.usual;
  }
}
