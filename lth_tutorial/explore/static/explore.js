// Controls of the book's figures: frames were drawn beforehand, a control only chooses one.
(() => {
  "use strict";
  const PERIOD = 700; // milliseconds a frame stays while playing
  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  function explorer(figure) {
    const axes = JSON.parse(figure.dataset.axes);
    const stage = figure.querySelector(".lth-stage");
    const says = figure.querySelector(".lth-says");
    const frames = figure.querySelectorAll("template");
    const link = figure.querySelector(".lth-link");
    const control = {};
    figure.querySelectorAll("[data-axis]").forEach((c) => (control[c.dataset.axis] = c));
    const at = Object.fromEntries(axes.map((a) => [a.name, a.start]));
    let timer = null;
    let player = null;

    function show() {
      const index = axes.reduce((k, a) => k * a.texts.length + at[a.name], 0);
      const frame = frames[index];
      stage.replaceChildren(frame.content.cloneNode(true));
      stage.setAttribute("aria-label", frame.dataset.says);
      says.textContent = frame.dataset.says;
      figure.dataset.csv = frame.dataset.csv;
      for (const a of axes) {
        const c = control[a.name];
        c.value = at[a.name];
        if (c.type === "range") {
          c.setAttribute("aria-valuetext", a.texts[at[a.name]]);
          c.nextElementSibling.textContent = a.texts[at[a.name]];
        }
      }
      const state = axes.map((a) => `${a.name}=${encodeURIComponent(a.texts[at[a.name]])}`);
      link.href = `#${figure.id}.${state.join("&")}`;
    }

    function stop() {
      clearInterval(timer);
      timer = null;
      if (player) player.textContent = still() ? "Next" : "Play";
    }

    function step(axis, wrap) {
      const last = axis.texts.length - 1;
      if (at[axis.name] === last && !wrap) return stop();
      at[axis.name] = at[axis.name] === last ? 0 : at[axis.name] + 1;
      show();
    }

    function play(axis) {
      if (at[axis.name] === axis.texts.length - 1) {
        at[axis.name] = 0;
        show();
      }
      player.textContent = "Pause";
      timer = setInterval(() => step(axis, false), PERIOD);
    }

    for (const a of axes) {
      control[a.name].addEventListener("input", (event) => {
        stop();
        at[a.name] = Number(event.target.value);
        show();
      });
    }
    if (figure.dataset.clicks) {
      const clicks = Object.entries(JSON.parse(figure.dataset.clicks));
      stage.addEventListener("click", (event) => {
        const box = stage.firstElementChild.getBoundingClientRect();
        const here = {
          x: (event.clientX - box.left) / box.width,
          y: (event.clientY - box.top) / box.height,
        };
        stop();
        for (const [name, { along, at: places }] of clicks) {
          const away = places.map((place) => Math.abs(place - here[along]));
          at[name] = away.indexOf(Math.min(...away));
        }
        show();
      });
    }
    player = figure.querySelector(".lth-play");
    if (player) {
      const axis = axes.find((a) => a.name === player.dataset.plays);
      stop();
      player.addEventListener("click", () => {
        if (timer !== null) stop();
        else if (still()) step(axis, true);
        else play(axis);
      });
      document.addEventListener("visibilitychange", () => document.hidden && stop());
      if (figure.dataset.autoplay !== undefined && !still()) onSight(figure, () => play(axis));
    }
    numbers(figure);

    function follow() {
      const hash = decodeURIComponent(location.hash.slice(1));
      if (!hash.startsWith(figure.id + ".")) return;
      for (const pair of hash.slice(figure.id.length + 1).split("&")) {
        const [name, text] = pair.split("=");
        const axis = axes.find((a) => a.name === name);
        const index = axis ? axis.texts.indexOf(text) : -1;
        if (index >= 0) at[name] = index;
      }
      stop();
      show();
      figure.scrollIntoView({ block: "center" });
    }
    addEventListener("hashchange", follow);
    figure.classList.add("lth-live");
    follow();
  }

  // The numbers behind the frame that is shown, as a file. Its address holds until the next one is asked for:
  // a busy machine may take its time to fetch it.
  function numbers(figure) {
    const link = figure.querySelector(".lth-data");
    if (!link) return;
    let address = null;
    link.addEventListener("click", () => {
      if (address) URL.revokeObjectURL(address);
      address = URL.createObjectURL(new Blob([figure.dataset.csv], { type: "text/csv" }));
      link.href = address;
    });
  }

  function onSight(element, act) {
    const watch = new IntersectionObserver((seen) => {
      if (!seen.some((s) => s.isIntersecting)) return;
      watch.disconnect();
      if (!location.hash.includes(".")) act();
    }, { threshold: 0.6 });
    watch.observe(element);
  }

  function guess(form) {
    const slider = form.querySelector("input");
    const output = form.querySelector("output");
    slider.addEventListener("input", () => (output.textContent = slider.value));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const why = form.querySelector("template").content.textContent;
      form.querySelector(".lth-verdict").textContent =
        `You said ${slider.value}; the answer is ${form.dataset.answer}. ${why}`;
      slider.disabled = form.querySelector("button").disabled = true;
      form.classList.add("lth-answered");
    });
    form.classList.add("lth-live");
  }

  document.querySelectorAll(".lth-explorer[data-axes]:not([data-axes='[]'])").forEach(explorer);
  document.querySelectorAll(".lth-explorer[data-axes='[]']").forEach((figure) => {
    numbers(figure);
    figure.classList.add("lth-live");
  });
  document.querySelectorAll(".lth-guess").forEach(guess);
})();
