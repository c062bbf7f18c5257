// Formulas with fields to fill in: each form of the class lth-calculator has a function here under its id.
(() => {
  "use strict";
  window.lth = window.lth || {};
  if (window.lth.calculators) return;

  const whole = (value) => value.toLocaleString("en-US");

  // How large a random network is proven to suffice: lth_tutorial.weight_pruning.bounds.network_size.
  function networkSize({ widths, error, failure }) {
    const d = widths.split(/[\s,]+/).filter(Boolean).map(Number);
    const good = (w) => Number.isInteger(w) && w >= 1 && w <= 1e6;
    if (d.length < 2 || d.length > 20 || !d.every(good))
      return "Widths are 2 to 20 whole numbers from 1 to 1,000,000, with commas between them.";
    const [e, p] = [Number(error), Number(failure)];
    if (!(e > 0 && e <= 1)) return "The error is a number above 0, at most 1.";
    if (!(p > 0 && p < 1)) return "The probability of failure is a number between 0 and 1.";
    const pairs = d.slice(1).map((b, k) => (k === 0 ? 2 : 1) * d[k] * b);
    const problems = pairs.reduce((sum, a) => sum + a, 0);
    const tolerance = Math.log1p(e) / pairs.reduce((sum, a) => sum + Math.sqrt(a), 0);
    const odds = Math.log(4) + Math.log(problems) - 2 * Math.log(tolerance) - Math.log(p);
    const n = 2 * Math.ceil(odds / -Math.log1p(-Math.LN2 / 8));
    const random = d.slice(0, -1).map((a, k) => (k === 0 ? 2 : 1) * n * a);
    const weights = random.reduce((sum, w, k) => sum + w * (d[k] + d[k + 1]), 0);
    const target = d.slice(1).reduce((sum, b, k) => sum + d[k] * b, 0);
    return `Each effective weight has to be within ${tolerance.toExponential(1)} of its target. This takes ` +
      `${whole(n)} candidates on each half-line, in random layers of width ${random.map(whole).join(" and ")}. ` +
      `The random network has ${whole(weights)} weights, ${whole(Math.round(weights / target))} for each ` +
      `of the target's ${whole(target)}.`;
  }

  const formulas = { "network-size": networkSize };

  function answer(form) {
    const values = Object.fromEntries([...form.querySelectorAll("input")].map((i) => [i.name, i.value.trim()]));
    const says = form.querySelector(".lth-says");
    const words = formulas[form.id](values);
    if (says.textContent !== words) says.textContent = words;
  }

  const form = (event) => event.target.closest && event.target.closest(".lth-calculator");
  document.addEventListener("input", (event) => form(event) && answer(form(event)));
  document.addEventListener("submit", (event) => form(event) && event.preventDefault());
  // A browser may give the fields the values that they had when the page was left.
  addEventListener("pageshow", () => document.querySelectorAll(".lth-calculator").forEach(answer));
  window.lth.calculators = formulas;
})();
