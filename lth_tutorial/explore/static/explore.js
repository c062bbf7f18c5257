// Controls of the book's figures: frames were drawn beforehand, a control only chooses one. The first stands in
// the page; all of a figure lie in a file of their own, asked for when the figure comes near.
(() => {
  "use strict";
  const PERIOD = 700; // milliseconds a frame stays while playing
  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  // What %XX stands for, where it stands for something; a stray % stays what it is.
  function decode(text) {
    return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => {
      try {
        return decodeURIComponent(bytes);
      } catch (error) {
        return bytes;
      }
    });
  }

  // Decoded until nothing is left to decode: one form for an address, however often it was decoded on its way.
  function plain(text) {
    const once = decode(text);
    return once === text ? text : plain(once);
  }

  // The place of a value among an axis's texts, or -1.
  function place(axis, value) {
    const exact = axis.texts.indexOf(decode(value));
    return exact >= 0 ? exact : axis.texts.findIndex((text) => plain(text) === plain(value));
  }

  // The view of a figure that an address names, as places by axis; null where it names none. The pairs are
  // parted first and decoded afterwards, since a value may hold "&" and "="; an address that names none so
  // may have been encoded once more by whatever passed it on.
  function view(figure, axes, address) {
    const parts = new RegExp(`&(?=(?:${axes.map((a) => a.name).join("|")})=)`);
    for (const reading of [address, decode(address)]) {
      if (!reading.startsWith(`${figure.id}.`)) continue;
      const found = {};
      for (const pair of reading.slice(figure.id.length + 1).split(parts)) {
        const cut = pair.indexOf("=");
        const axis = axes.find((a) => a.name === pair.slice(0, cut));
        const index = axis ? place(axis, pair.slice(cut + 1)) : -1;
        if (index >= 0) found[axis.name] = index;
      }
      if (Object.keys(found).length) return found;
    }
    return null;
  }

  const fragment = (address) => {
    const cut = address.indexOf("#");
    return cut < 0 ? "" : address.slice(cut + 1);
  };

  // Entries of the history that were shown before carry a mark: whoever comes upon one has gone back or forward.
  function returned() {
    const state = history.state;
    const before = Boolean(state && state.lth);
    if (!before) history.replaceState({ ...state, lth: true }, "");
    return before;
  }
  // Sphinx's own script empties the state of the first entry; it listens already, so it does so before.
  addEventListener("DOMContentLoaded", returned);
  let again = false; // whether the address that is being followed was shown before
  addEventListener("hashchange", () => (again = returned()));

  // A browser may give controls the values that they had when the page was left. One does so before this script
  // runs, another late; by the time of "pageshow" it is done. (A page kept whole, with its script, needs nothing.)
  function onceRestored(act) {
    act();
    addEventListener("pageshow", (event) => event.persisted || act());
  }

  // A file of frames: a script, since a page opened from disk may read no other kind. What it hands over is JSON,
  // compressed, in base64.
  async function read(key) {
    await new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = `frames/${key}.js`;
      script.onload = done;
      script.onerror = fail;
      document.head.append(script);
    });
    const bytes = Uint8Array.from(atob(self.lthFrames[key]), (sign) => sign.charCodeAt(0));
    delete self.lthFrames[key];
    const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const { lines, frames } = JSON.parse(await new Response(text).text());
    const picture = (frame) => frame.svg.map((number) => lines[number]).join("\n").replaceAll(">\n<", "><");
    return frames.map((frame) => ({ says: frame.says, csv: frame.csv, svg: () => picture(frame) }));
  }

  // One picture becomes another: what both have in common stays, so that it is not laid out anew.
  function change(from, to) {
    if (from.isEqualNode(to)) return;
    if (from.nodeType !== Node.ELEMENT_NODE) {
      from.data = to.data;
      return;
    }
    for (const { name, value } of to.attributes) {
      if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    }
    changeChildren(from, to);
  }

  // Node by node in order: one of the same kind changes; else one has gone, or come, whichever is less.
  function changeChildren(from, to) {
    const [mine, others] = [[...from.childNodes], [...to.childNodes]];
    const [kinds, wanted] = [mine.map(kind), others.map(kind)];
    const until = (all, start, one) => (all.indexOf(one, start) + 1 || Infinity) - start;
    let [k, next] = [0, 0];
    while (k < mine.length && next < others.length) {
      const [gone, come] = [until(kinds, k, wanted[next]), until(wanted, next, kinds[k])];
      if (kinds[k] === wanted[next]) change(mine[k++], others[next++]);
      else if (gone < come) mine[k++].remove();
      else if (come < Infinity) mine[k].before(others[next++]);
      else mine[k++].replaceWith(others[next++]);
    }
    mine.slice(k).forEach((node) => node.remove());
    from.append(...others.slice(next));
  }

  // Of one kind are nodes with the same name and attributes.
  const kind = (node) => [node.nodeName, ...(node.getAttributeNames?.() ?? [])].join(" ");

  const whenIdle = self.requestIdleCallback ?? ((act) => setTimeout(act, 50));

  function explorer(figure) {
    const axes = JSON.parse(figure.dataset.axes);
    const stage = figure.querySelector(".lth-stage");
    const says = figure.querySelector(".lth-says");
    const link = figure.querySelector(".lth-link");
    const control = {};
    figure.querySelectorAll("[data-axis]").forEach((c) => (control[c.dataset.axis] = c));
    const start = Object.fromEntries(axes.map((a) => [a.name, a.start]));
    const at = { ...start };
    let timer = null;
    let player = null;

    const place = (places) => axes.reduce((k, a) => k * a.texts.length + places[a.name], 0);
    const first = { says: says.textContent, csv: figure.dataset.csv, svg: (svg => () => svg)(stage.innerHTML) };
    let asked = null; // the promise of all frames
    let frames = null; // once they are there

    figure.frames = () => (asked ??= read(figure.dataset.frames).then(
      (found) => (frames = found),
      (error) => {
        asked = null;
        throw error;
      },
    ));

    function parsed(frame) {
      const box = stage.cloneNode(false);
      box.innerHTML = frame.svg();
      return box;
    }

    // The views one step away, parsed while nothing else happens.
    const ready = new Map();
    function prepare() {
      const shown = { ...at };
      const near = axes.flatMap((a) => [-1, 1].map((by) => ({ ...shown, [a.name]: shown[a.name] + by })));
      const there = near.filter((places) => axes.every((a) => places[a.name] in a.texts));
      const wanted = there.map((places) => frameAt(place(places)));
      for (const frame of ready.keys()) if (!wanted.includes(frame)) ready.delete(frame);
      for (const frame of wanted) if (!ready.has(frame)) ready.set(frame, parsed(frame));
    }

    const frameAt = (index) => (index === place(start) ? first : frames[index]);

    function paint(frame) {
      changeChildren(stage, ready.get(frame) ?? parsed(frame));
      ready.delete(frame);
      if (frames && !figure.draws) whenIdle(prepare);
      stage.setAttribute("aria-label", frame.says);
      says.textContent = frame.says;
      figure.dataset.csv = frame.csv;
    }

    // At once where the frame is there; otherwise when it has come, unless another is wanted by then.
    function picture() {
      const index = place(at);
      if (figure.draws?.(at)) return; // a page that runs computes it
      if (frames || index === place(start)) return paint(frameAt(index));
      return figure.frames().then(picture, () => {
        says.textContent = "This view could not be fetched. Move the control to try again.";
      });
    }

    function show() {
      picture();
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

    // The button's text is the beginning of its name, whatever it offers.
    function offer(action) {
      const name = player.getAttribute("aria-label").replace(player.textContent, action);
      player.textContent = action;
      player.setAttribute("aria-label", name);
    }

    function stop() {
      clearInterval(timer);
      timer = null;
      if (player) offer(still() ? "Next" : "Play");
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
      offer("Pause");
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

    function choose(places) {
      Object.assign(at, places);
      stop();
      show();
    }

    // Back from a view of this figure to an address without one: the first view.
    function follow(event) {
      const named = view(figure, axes, fragment(location.href));
      if (named) {
        choose(named);
        figure.scrollIntoView({ block: "center" });
      } else if (event && again && view(figure, axes, fragment(event.oldURL))) choose(start);
    }
    addEventListener("hashchange", follow);
    onceRestored(() => {
      if (axes.some((a) => Number(control[a.name].value) !== at[a.name])) show();
    });
    figure.classList.add("lth-live");
    figure.parts = { axes, control, at, choose, paint };
    // Where the page is scrolled to hangs on its style, for which the end of its text waits.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => follow());
    else follow();
    if (figure.dataset.frames) onceNear(figure, () => figure.frames().catch(() => {}));
  }

  // When the page is there and the figure is less than two screens away, or a control of it has the focus.
  function onceNear(figure, act) {
    figure.addEventListener("focusin", act, { once: true });
    const watch = new IntersectionObserver((seen) => {
      if (!seen.some((s) => s.isIntersecting)) return;
      watch.disconnect();
      act();
    }, { rootMargin: "200%" });
    if (document.readyState === "complete") watch.observe(figure);
    else addEventListener("load", () => watch.observe(figure), { once: true });
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
    const button = form.querySelector("button");
    const output = form.querySelector("output");
    const verdict = form.querySelector(".lth-verdict");
    let guessed = slider.defaultValue;
    const show = () => (slider.value = output.textContent = guessed);
    slider.addEventListener("input", () => {
      guessed = slider.value;
      show();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const why = form.querySelector("template").content.textContent;
      verdict.textContent = `You said ${guessed}; the answer is ${form.dataset.answer}. ${why}`;
      slider.disabled = button.disabled = true;
      form.classList.add("lth-answered");
    });
    onceRestored(() => {
      show();
      slider.disabled = button.disabled = form.classList.contains("lth-answered");
    });
    form.classList.add("lth-live");
  }

  function begin(box) {
    if (box.classList.contains("lth-live")) return;
    if (box.matches(".lth-guess")) return guess(box);
    if (box.dataset.axes === undefined) return;
    if (box.dataset.axes !== "[]") return explorer(box);
    numbers(box);
    box.classList.add("lth-live");
  }

  const KINDS = ".lth-explorer, .lth-guess";
  const enliven = (root) => root.querySelectorAll(KINDS).forEach(begin);

  // Whether the page's text has come past an element, so that all of it is there.
  const whole = (element) => element && (element.nextSibling !== null || whole(element.parentElement));

  // Scripts may run while the page's text is on its way: what has come of each kind is brought to life.
  const kinds = (self.lthKinds ??= {}); // other scripts add theirs, before this one or after
  kinds["lth-explorer"] = kinds["lth-guess"] = begin;
  const begun = new WeakSet();
  function look() {
    for (const [name, act] of Object.entries(kinds)) {
      for (const box of document.getElementsByClassName(name)) {
        const there = document.readyState !== "loading" || whole(box);
        if (begun.has(box) || box.matches(".lth-live") || !there) continue;
        begun.add(box);
        act(box);
      }
    }
  }
  self.lthLook = look;

  // Now and then while the text comes: to be told of each piece of it would take longer than to look.
  function followText() {
    look();
    if (document.readyState === "loading") setTimeout(followText, 100);
  }

  document.addEventListener("readystatechange", look, { once: true });
  followText();
  self.lthEnliven = enliven; // for figures that a page that runs adds
})();
