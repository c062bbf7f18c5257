// The page's own small scripts: what a symbol means, questions, boxes that scroll, and printing.
(() => {
  "use strict";

  // --- Symbols: hover, focus or click a formula; Escape closes.
  const source = document.getElementById("lth-symbols");
  if (source) {
    const meanings = JSON.parse(source.textContent);
    let tip = null;
    let owner = null;

    const close = () => {
      if (!tip) return;
      tip.remove();
      owner.classList.remove("lth-open");
      tip = owner = null;
    };

    const known = (formula) => JSON.parse(formula.dataset.symbols).filter((name) => name in meanings);

    // The first formula of each symbol can be reached with the keyboard. It stays a formula, with its own name,
    // and is described by the meanings: a button would say that a press does something, and hide the formula.
    const heard = document.createElement("div");
    heard.hidden = true;
    document.body.append(heard);
    const described = new Map();
    const description = (names) => {
      const key = names.join();
      if (!described.has(key)) {
        const text = document.createElement("p");
        text.id = `lth-meaning-${described.size}`;
        text.textContent = names.map((name) => `${said(name)}: ${meanings[name][1]}`).join("; ");
        heard.append(text);
        described.set(key, text.id);
      }
      return described.get(key);
    };
    const said = (name) => {
      const box = document.createElement("div");
      box.innerHTML = meanings[name][0];
      return box.querySelector(".katex").dataset.text;
    };
    for (const formula of document.querySelectorAll("[data-new]")) {
      const names = known(formula);
      if (!names.length) continue;
      formula.tabIndex = 0;
      formula.setAttribute("role", "math");
      formula.setAttribute("aria-label", formula.querySelector(".katex").dataset.text);
      formula.setAttribute("aria-describedby", description(names));
    }

    const open = (formula) => {
      if (owner === formula) return;
      close();
      const names = known(formula);
      if (!names.length) return;
      tip = document.createElement("div");
      tip.className = "lth-tip";
      tip.id = "lth-tip";
      tip.setAttribute("aria-hidden", "true"); // what is heard is the formula's description
      for (const name of names) {
        const line = document.createElement("div");
        line.innerHTML = meanings[name][0];
        line.append(` ${meanings[name][1]}`);
        tip.append(line);
      }
      document.body.append(tip);
      owner = formula;
      owner.setAttribute("aria-describedby", description(names));
      owner.classList.add("lth-open");
      const box = formula.getBoundingClientRect();
      const left = Math.min(Math.max(box.left, 8), document.documentElement.clientWidth - tip.offsetWidth - 8);
      const below = box.bottom + 6 + tip.offsetHeight < innerHeight;
      tip.style.left = `${left + scrollX}px`;
      tip.style.top = `${(below ? box.bottom + 6 : box.top - tip.offsetHeight - 6) + scrollY}px`;
    };

    const formulaAt = (event) => event.target.closest && event.target.closest("[data-symbols]");
    document.addEventListener("pointerover", (event) => {
      if (event.pointerType !== "mouse") return;
      const formula = formulaAt(event);
      if (formula) open(formula);
      else if (!event.target.closest(".lth-tip") && document.activeElement !== owner) close();
    });
    document.addEventListener("focusin", (event) => {
      const formula = formulaAt(event);
      if (formula) open(formula);
      else close();
    });
    document.addEventListener("click", (event) => {
      const formula = formulaAt(event);
      if (formula) open(formula);
      else if (!event.target.closest(".lth-tip")) close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
      else if ((event.key === "Enter" || event.key === " ") && event.target.matches("[data-symbols]")) {
        event.preventDefault();
        open(event.target);
      }
    });
  }

  // --- Questions: what stands behind a choice is told when the reader has made it.
  for (const form of document.querySelectorAll(".lth-check")) {
    const told = form.querySelector("[role=status]");
    const answers = [...form.querySelectorAll("details li")];
    const answered = (given) => (answer) =>
      answer.dataset.value && Math.abs(answer.dataset.value - given) <= Number(answer.dataset.within) + 1e-9;
    form.querySelector("button").disabled = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = Number(new FormData(form).get(form.id).trim().replace("\u2212", "-").replace(",", "."));
      const answer = answers.find(answered(given)) ?? answers.find((a) => !a.dataset.value);
      told.className = `lth-verdict ${"right" in answer.dataset ? "lth-right" : "lth-wrong"}`;
      told.replaceChildren(...answer.cloneNode(true).childNodes);
    });
  }

  // --- A page for the projector: `?present` loads what makes screens of it.
  if (new URLSearchParams(location.search).has("present")) {
    const own = new URL(document.currentScript.src);
    const file = (name) => new URL(name + own.search, own).href;
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: file("present.css") });
    style.onload = () => document.head.append(Object.assign(document.createElement("script"), { src: file("present.js") }));
    document.head.append(style);
  }

  // --- Copies: a formula is there for the eye and for the ear; a copy has its TeX, once.
  const whole = (range) => {
    const formula = (node) => {
      const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
      return element?.closest(".katex-display") ?? element?.closest(".katex");
    };
    const [first, last] = [formula(range.startContainer), formula(range.endContainer)];
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
    return range.cloneContents();
  };
  const asTex = (formula) => {
    const { tex } = formula.dataset;
    const trail = formula.querySelector(".lth-trail")?.textContent ?? "";
    return (formula.closest(".katex-display") ? `$$${tex}$$` : `$${tex}$`) + trail;
  };
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (selection.isCollapsed || !event.clipboardData) return;
    const box = document.createElement("div");
    box.className = "lth-copy";
    for (let k = 0; k < selection.rangeCount; k++) box.append(whole(selection.getRangeAt(k).cloneRange()));
    const formulas = box.querySelectorAll(".katex");
    if (!formulas.length) return;
    formulas.forEach((formula) => formula.replaceWith(asTex(formula)));
    (document.querySelector("article") ?? document.body).append(box);
    event.clipboardData.setData("text/plain", box.innerText);
    event.clipboardData.setData("text/html", box.innerHTML);
    box.remove();
    event.preventDefault();
  });

  // --- Boxes that scroll sideways can be reached with the keyboard, and only those. A box is measured when its
  // size changes: when its section comes near and is laid out, when what holds it is opened, when the window's does.
  const boxes = document.querySelectorAll(".lth-scroll, .pst-scrollable-table-container, .highlight pre, .output, .output pre");
  const scrolls = (box) => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX !== "visible";
  const reach = (box, far) => {
    if (far) {
      box.tabIndex = 0;
      if (!box.matches("pre")) {
        box.setAttribute("role", "region");
        box.setAttribute("aria-label", box.matches(".lth-scroll") ? "Wide formula" : "Wide table");
      }
    } else if (!box.matches("pre")) {
      box.removeAttribute("tabindex");
      box.removeAttribute("role");
      box.removeAttribute("aria-label");
    }
  };
  const sized = new ResizeObserver((seen) => {
    const changed = seen.map((s) => s.target);
    changed.map(scrolls).forEach((far, k) => reach(changed[k], far));
  });
  boxes.forEach((box) => sized.observe(box));

  // --- On a phone, where the contents are out of sight, the bar on top of a long page says where one is.
  const sections = [...document.querySelectorAll(".bd-article > section > section")];
  const bar = document.querySelector(".header-article-items__start");
  if (bar && sections.length >= 6) {
    const place = document.createElement("span");
    place.className = "lth-place";
    bar.append(place);
    const at = new IntersectionObserver(
      (seen) => {
        for (const s of seen) {
          if (s.isIntersecting) place.textContent = `section ${sections.indexOf(s.target) + 1} of ${sections.length}`;
          else if (s.target === sections[0] && s.boundingClientRect.top > 0) place.textContent = "";
        }
      },
      { rootMargin: "-20% 0px -79% 0px" },
    );
    sections.forEach((section) => at.observe(section));
  }

  // --- The way back to the top, which is offered on the way up.
  const up = document.getElementById("pst-back-to-top");
  if (up) {
    let last = scrollY;
    addEventListener("scroll", () => {
      up.style.display = scrollY < last && scrollY > innerHeight ? "block" : "none";
      last = scrollY;
    }, { passive: true });
    up.addEventListener("click", () => scrollTo(0, 0));
  }

  // --- On paper nothing can be opened, so everything is; and paper is light.
  let restore = () => {};
  addEventListener("beforeprint", () => {
    const root = document.documentElement.dataset;
    const theme = root.theme;
    const closed = [...document.querySelectorAll("details:not([open]):not(.hide)")];
    root.theme = "light";
    closed.forEach((d) => (d.open = true));
    restore = () => {
      root.theme = theme;
      closed.forEach((d) => (d.open = false));
    };
  });
  addEventListener("afterprint", () => restore());
})();
