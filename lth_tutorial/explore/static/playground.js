// The playground: candidates switched on and off by hand, and a small exact solver.
// Numbers are whole millionths, so every sum is exact.
(() => {
  "use strict";
  const UNIT = 1e6;
  const MOST = 20;
  const SVG = "http://www.w3.org/2000/svg";

  // The lexicographically smallest of the masks whose sum is nearest to the target.
  function bestSubset(x, z) {
    const half = x.length >> 1;
    const first = sums(x.slice(0, half));
    const second = sums(x.slice(half));
    let best = Infinity;
    let at = [0, 0];
    for (let a = 0; a < first.length; a++) {
      for (let b = 0; b < second.length; b++) {
        const error = Math.abs(first[a] + second[b] - z);
        if (error < best) {
          best = error;
          at = [a, b];
        }
      }
    }
    const mask = [...bits(at[0], half), ...bits(at[1], x.length - half)];
    return { mask, total: first[at[0]] + second[at[1]], error: best };
  }

  // All subset sums, indexed by the mask read as a binary number with x[0] as the highest bit.
  function sums(x) {
    let all = [0];
    for (const value of [...x].reverse()) all = all.concat(all.map((s) => s + value));
    return all;
  }

  const bits = (number, n) => Array.from({ length: n }, (_, k) => Boolean((number >> (n - 1 - k)) & 1));

  // A small generator with a seed (mulberry32), so that a draw can be shown again.
  function generator(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }

  function draw(n, seed) {
    const random = generator(seed);
    return Array.from({ length: n }, () => Math.round((2 * random() - 1) * UNIT));
  }

  const signed = (v, digits = 3) => (v < 0 ? "\u2212" : "+") + Math.abs(v / UNIT).toFixed(digits);

  function element(tag, properties = {}, ...children) {
    const e = document.createElement(tag);
    for (const [key, value] of Object.entries(properties)) {
      if (key in e) e[key] = value;
      else e.setAttribute(key, value);
    }
    e.append(...children);
    return e;
  }

  function slider(label, id, min, max, step, value) {
    const input = element("input", { type: "range", id, min, max, step });
    input.value = value;
    const output = element("output", { htmlFor: id });
    return { input, output, row: element("div", { className: "lth-control" }, element("label", { htmlFor: id }, label), input, output) };
  }

  // Steps laid end to end from zero to the sum, over an axis with the target marked.
  function picture(svg, x, mask, z) {
    const chosen = x.filter((_, k) => mask[k]);
    const stops = [0];
    for (const v of chosen) stops.push(stops[stops.length - 1] + v);
    const low = Math.min(-UNIT, z, ...stops);
    const high = Math.max(UNIT, z, ...stops);
    const px = (v) => 12 + ((v - low) / (high - low)) * 396;
    const rows = Math.max(chosen.length, 1);
    const height = 52 + 9 * rows;
    const parts = [];
    const line = (x1, y1, x2, y2, cls) => {
      const l = document.createElementNS(SVG, "line");
      for (const [k, v] of Object.entries({ x1, y1, x2, y2, class: cls })) l.setAttribute(k, v);
      parts.push(l);
    };
    const text = (at, y, content) => {
      const t = document.createElementNS(SVG, "text");
      t.setAttribute("x", Math.min(Math.max(at, 24), 396));
      t.setAttribute("y", y);
      t.textContent = content;
      parts.push(t);
    };
    line(12, height - 24, 408, height - 24, "axis");
    for (const tick of [Math.ceil(low / UNIT), 0, Math.floor(high / UNIT)]) {
      line(px(tick * UNIT), height - 27, px(tick * UNIT), height - 21, "axis");
      text(px(tick * UNIT), height - 6, String(tick).replace("-", "\u2212"));
    }
    line(px(z), 18, px(z), height - 24, "target");
    text(px(z), 12, "target");
    chosen.forEach((v, k) => line(px(stops[k]), 26 + 9 * k, px(stops[k + 1]), 26 + 9 * k, v < 0 ? "down" : "up"));
    const end = document.createElementNS(SVG, "circle");
    end.setAttribute("cx", px(stops[stops.length - 1]));
    end.setAttribute("cy", 26 + 9 * Math.max(chosen.length - 1, 0));
    end.setAttribute("r", 4);
    parts.push(end);
    svg.setAttribute("viewBox", `0 0 420 ${height}`);
    svg.replaceChildren(...parts);
  }

  function playground(box) {
    let seed = Number(box.dataset.seed);
    let x = [];
    let mask = [];
    const count = slider("candidates", "playground-n", 1, MOST, 1, box.dataset.candidates);
    const aim = slider("target", "playground-z", -UNIT, UNIT, 1000, 0.3 * UNIT);
    const svg = document.createElementNS(SVG, "svg");
    const stage = element("div", { className: "lth-playground-stage", role: "img" });
    stage.append(svg);
    const list = element("div", { className: "lth-candidates", role: "group", ariaLabel: "Candidates, switched on or off" });
    const says = element("p", { className: "lth-says", role: "status" });
    const button = (label, act) => element("button", { type: "button", onclick: act }, label);
    const z = () => Number(aim.input.value);

    function show() {
      const total = x.reduce((sum, v, k) => sum + (mask[k] ? v : 0), 0);
      count.output.textContent = count.input.value;
      aim.output.textContent = signed(z());
      picture(svg, x, mask, z());
      says.textContent =
        `${mask.filter(Boolean).length} of ${x.length} candidates sum to ${signed(total, 6)}; ` +
        `the target ${signed(z(), 6)} is ${(Math.abs(total - z()) / UNIT).toFixed(6)} away.`;
      stage.setAttribute("aria-label", says.textContent);
      [...list.children].forEach((b, k) => b.setAttribute("aria-pressed", String(mask[k])));
    }

    function fill() {
      x = draw(Number(count.input.value), seed);
      mask = x.map(() => false);
      list.replaceChildren(...x.map((v, k) => button(signed(v), () => {
        mask[k] = !mask[k];
        show();
      })));
      show();
    }

    // A browser may give the sliders the values that they had when the page was left.
    addEventListener("pageshow", (event) => {
      if (event.persisted) return;
      if (count.input.value !== count.output.textContent) fill();
      else show();
    });
    count.input.addEventListener("input", fill);
    aim.input.addEventListener("input", show);
    const actions = element("div", { className: "lth-actions" },
      button("Solve", () => { mask = bestSubset(x, z()).mask; show(); }),
      button("Clear", () => { mask = x.map(() => false); show(); }),
      button("New draw", () => { seed += 1; fill(); }));
    box.replaceChildren(count.row, aim.row, list, stage, says, actions);
    box.classList.add("lth-live");
    fill();
  }

  window.lth = Object.assign(window.lth || {}, { bestSubset });
  // On a page the controls' script looks for boxes while the page's text is on its way; elsewhere all are there.
  (self.lthKinds ??= {})["lth-playground"] = playground;
  if (self.lthLook) self.lthLook();
  else if (document.readyState !== "loading") {
    document.querySelectorAll(".lth-playground:not(.lth-live)").forEach(playground);
  }
})();
