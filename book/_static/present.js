// The page as screens for a projector, made of its own elements: titles, the paragraphs that lead, statements with
// their proofs folded, formulas, questions, and each living figure on a screen of its own. Code, printed lines, wide
// tables and exercises stay on the page. Screens are 1280 by 720 and scaled to the window.
(async () => {
  "use strict";
  if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done));
  await document.fonts.ready;
  const WIDTH = 1280;
  const HEIGHT = 720;
  const LEFT_OUT = ["exercises", "references"];
  const root = document.documentElement;
  const chapter = document.querySelector(".bd-article > section");
  const deck = make("main", "bd-article lth-deck");
  const screens = [];
  const places = new Map(); // the id of a section -> its first screen

  function make(tag, name, ...children) {
    const element = document.createElement(tag);
    element.className = name;
    element.append(...children);
    return element;
  }

  // --- One screen

  // A heading without its permalink.
  function titled(heading) {
    const title = heading.cloneNode(true);
    title.querySelectorAll(".headerlink").forEach((link) => link.remove());
    return title;
  }

  function add(kind, heading) {
    const screen = make("div", `lth-screen lth-screen-${kind}`);
    screen.body = make("div", "lth-screen-body");
    screen.append(titled(heading), screen.body);
    screen.tabIndex = -1;
    screen.setAttribute("role", "group");
    deck.append(screen);
    screens.push(screen);
    return screen;
  }

  function drop(screen) {
    screens.splice(screens.indexOf(screen), 1);
    screen.remove();
  }

  // Only the screen that is measured is laid out.
  function fits(screen) {
    screen.classList.add("lth-shown");
    const { scrollHeight, clientHeight, scrollWidth, clientWidth } = screen.body;
    screen.classList.remove("lth-shown");
    return scrollHeight <= clientHeight + 1 && scrollWidth <= clientWidth + 1;
  }

  // --- What is too long for one screen goes on on the next

  // Behind each sentence of a paragraph: a node and a place in it.
  function ends(paragraph) {
    const found = [];
    const texts = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    let before = "";
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (!text.parentElement.closest(".katex")) {
        for (const end of (before + text.data).matchAll(/[.:!?][)"\u201d\u2019]*\s+(?=[A-Z(\u201c])/g)) {
          const place = end.index + end[0].length - before.length;
          if (place > 0 || (place === 0 && found.length)) found.push([text, place]);
        }
      }
      before = text.data.slice(-2).trimStart();
    }
    return found;
  }

  function parts(paragraph, [text, place]) {
    const rest = document.createRange();
    rest.setStart(text, place);
    rest.setEndAfter(paragraph.lastChild);
    const tail = paragraph.cloneNode(false);
    tail.removeAttribute("id");
    tail.append(rest.extractContents());
    return tail;
  }

  function divideText(paragraph, fit) {
    for (let k = ends(paragraph).length - 1; k >= 0; k--) {
      const tail = parts(paragraph, ends(paragraph)[k]);
      if (fit()) return tail;
      paragraph.append(...tail.childNodes);
      paragraph.normalize();
    }
    return null;
  }

  // The last children of a box, or the end of its only one, in a box of the same kind.
  function divideBox(box, fit) {
    const inner = box.querySelector(":scope > section") ?? box;
    const first = (inner.firstElementChild?.matches(".admonition-title") ? 1 : 0) + 1;
    const tail = inner.cloneNode(false);
    tail.removeAttribute("id");
    while (!fit() && inner.children.length > first) tail.prepend(inner.lastElementChild);
    if (!fit()) {
      const end = divide(inner.lastElementChild, fit);
      if (end) tail.prepend(end);
    }
    if (!tail.children.length) return null;
    if (box.matches("ol")) tail.start = box.start + inner.children.length;
    if (inner === box) return tail;
    const shell = box.cloneNode(false);
    shell.removeAttribute("id");
    shell.append(tail);
    return shell;
  }

  function divide(block, fit) {
    if (!block) return null;
    const text = block.matches("p") || (block.matches("li") && !block.querySelector("p, ul, ol, div"));
    return text ? divideText(block, fit) : block.children.length ? divideBox(block, fit) : null;
  }

  // A block on screens of its own, as many as it needs; the last one.
  function spread(kind, heading, block) {
    let screen = add(kind, heading);
    screen.body.append(block);
    while (!fits(screen)) {
      const before = screen;
      const tail = divide(block, () => fits(before));
      if (!tail) break;
      screen = add(kind, heading);
      screen.body.append(tail);
      block = tail;
    }
    return screen;
  }

  // --- From the page to screens

  const heads = (block) => block.matches("p") && Boolean(block.firstChild?.matches?.("strong, em"));
  const goesOn = (block) => block.matches("p") && /^[a-z]/.test(block.textContent.trim());
  const living = (block) => block.querySelector?.(".lth-explorer, .lth-guess, .lth-playground");
  const introduced = (block) =>
    Boolean(block) && (block.matches("div.math, ul, ol, .pst-scrollable-table-container") || Boolean(living(block)));

  function walk(section) {
    let heading = section.querySelector(":scope > :is(h1, h2, h3, h4)");
    let open = null; // a screen of text that has room
    let lead = true;
    const from = screens.length;

    function text(block, fresh) {
      if (fresh || !open) open = add("text", heading);
      open.body.append(block);
      if (fits(open)) return;
      const intro = block.previousElementSibling;
      if (!intro) drop(open);
      else if (intro.previousElementSibling && intro.textContent.trim().endsWith(":")) {
        const next = add("text", heading); // what leads to a list goes along with it
        next.body.append(intro, block);
        if (fits(next)) return void (open = next);
        open.body.append(intro);
        drop(next);
      }
      block.remove();
      open = spread("text", heading, block);
    }

    const blocks = [...section.children].filter((block) => !block.matches("script, .lth-notebook-links, .lth-bar"));
    blocks.forEach((block, k) => {
      const found = living(block);
      const next = blocks[k + 1];
      const before = blocks[k - 1];
      if (block === heading) return;
      if (block.matches("section")) {
        if (!LEFT_OUT.includes(block.id)) walk(block);
        open = null;
      } else if (found) {
        figure(found, heading);
        open = null;
      } else if (block.matches("form.lth-check")) {
        question(block, heading);
        open = null;
      } else if (block.querySelector("table.claims")) {
        spread("text", heading, claims(block.querySelector("table.claims")));
        open = null;
      } else if (block.matches(".pst-scrollable-table-container") || block.querySelector("table")) {
        table(block, heading);
        open = null;
      } else if (block.matches(".lth-proof")) {
        const of = /^Proof\.\s*\(Of (.+?)\.\)/.exec(block.textContent.trim());
        fold(of ? `Proof of ${of[1]}` : "Proof", [...block.childNodes], heading);
      } else if (block.matches(".proof, .admonition")) {
        spread("statement", heading, block);
        open = null;
      } else if (block.matches("details.sd-dropdown")) {
        const goals = block.querySelector("ul");
        if (section === chapter && goals) spread("text", heading, goals);
        open = null;
      } else if (block.matches("div.math")) {
        text(block, false);
      } else if (block.matches("ul, ol")) {
        text(block, false);
      } else if (block.matches("p") && (lead || heads(block) || introduced(next) || (before?.matches("div.math") && goesOn(block)))) {
        text(block, heads(block) && !lead);
        lead = false;
      }
    });
    if (section.id && screens[from]) places.set(section.id, screens[from]);
  }

  function figure(element, heading) {
    const screen = add(element.matches(".lth-explorer") ? "figure" : "ask", heading);
    screen.body.append(element);
    const picture = element.querySelector(".lth-stage svg");
    if (!picture) return;
    const { width, height } = picture.viewBox.baseVal;
    element.style.setProperty("--ratio", width / height);
    element.prepend(screen.firstElementChild);
  }

  // Its answers stay folded on paper too.
  function question(form, heading) {
    form.querySelector("details").classList.add("hide");
    add("ask", heading).body.append(form);
  }

  function table(block, heading) {
    const screen = add("text", heading);
    screen.body.append(block.querySelector(".pst-scrollable-table-container") ?? block);
    if (!fits(screen)) drop(screen);
  }

  function claims(rows) {
    const items = [...rows.querySelectorAll("tbody tr")].map((row) => {
      const [claim, verdict] = row.children;
      return make("li", "", ...(verdict.querySelector("p") ?? verdict).childNodes, ": ", ...(claim.querySelector("p") ?? claim).childNodes);
    });
    return make("ul", "lth-screen-claims", ...items);
  }

  function fold(name, content, heading) {
    const folded = make("details", "lth-fold hide", make("summary", "", name), ...content);
    const last = screens.at(-1);
    last.body.append(folded);
    if (!fits(last)) add("statement", heading).body.append(folded);
  }

  // --- Showing one

  let at = -1;
  const bar = make("nav", "lth-deck-bar");
  const count = make("span", "");
  const button = (sign, name, act) => {
    const made = make("button", "", sign);
    made.setAttribute("aria-label", name);
    made.addEventListener("click", act);
    return made;
  };

  function show(place) {
    const next = Math.max(0, Math.min(screens.length - 1, place));
    if (next === at) return;
    screens[at]?.classList.remove("lth-shown");
    screens[next].classList.add("lth-shown");
    count.textContent = `${next + 1} / ${screens.length}`;
    deck.style.setProperty("--far", (next + 1) / screens.length);
    at = next;
    screens[at].focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  const go = (place) => {
    const next = Math.max(0, Math.min(screens.length - 1, place));
    if (next !== at) location.hash = `screen-${next + 1}`;
  };

  function leave() {
    const section = [...places].findLast(([, screen]) => screens.indexOf(screen) <= at);
    location.href = location.pathname + (section ? `#${section[0]}` : "");
  }

  // A screen's number, a section, a statement, or a view of a figure.
  function follow() {
    const name = location.hash.slice(1);
    const number = /^screen-(\d+)$/.exec(name);
    const element = document.getElementById(name) ?? document.getElementById(name.split(".")[0]);
    const screen = element?.closest(".lth-screen") ?? places.get(name);
    show(number ? Number(number[1]) - 1 : Math.max(0, screens.indexOf(screen)));
  }

  function key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const on = event.target.matches("input, select, textarea");
    const pressed = on || event.target.closest("button, summary, a, [data-symbols]");
    const moves = {
      PageDown: () => go(at + 1),
      PageUp: () => go(at - 1),
      ArrowRight: on || (() => go(at + 1)),
      ArrowDown: on || (() => go(at + 1)),
      ArrowLeft: on || (() => go(at - 1)),
      ArrowUp: on || (() => go(at - 1)),
      " ": pressed || (() => go(at + (event.shiftKey ? -1 : 1))),
      Home: on || (() => go(0)),
      End: on || (() => go(screens.length - 1)),
      Escape: document.querySelector(".lth-tip") || leave,
    };
    const move = moves[event.key];
    if (typeof move !== "function") return;
    event.preventDefault();
    move();
  }

  function swipe() {
    let begun = null;
    deck.addEventListener("touchstart", (event) => {
      begun = event.target.matches("input") ? null : event.touches[0];
    }, { passive: true });
    deck.addEventListener("touchend", (event) => {
      if (!begun) return;
      const { clientX, clientY } = event.changedTouches[0];
      const along = clientX - begun.clientX;
      if (Math.abs(along) > 60 && Math.abs(along) > 2 * Math.abs(clientY - begun.clientY)) go(at - Math.sign(along));
    });
  }

  function scale() {
    const by = Math.min(innerWidth / WIDTH, innerHeight / HEIGHT);
    deck.style.setProperty("--by", by);
    deck.style.setProperty("--left", `${(innerWidth - WIDTH * by) / 2}px`);
    deck.style.setProperty("--top", `${(innerHeight - HEIGHT * by) / 2}px`);
  }

  document.body.append(deck);
  root.classList.add("lth-presents");
  walk(chapter);
  screens.forEach((screen, k) => {
    const heading = titled(screen.querySelector("h1, h2, h3, h4"));
    heading.querySelectorAll(".katex").forEach((formula) => formula.replaceWith(formula.dataset.text));
    const title = heading.textContent;
    screen.setAttribute("aria-label", `Screen ${k + 1} of ${screens.length}: ${title}`);
  });
  screens[0].classList.add("lth-screen-title");
  bar.append(button("\u2039", "Back", () => go(at - 1)), count, button("\u203a", "On", () => go(at + 1)));
  bar.append(button("\u00d7", "Leave", leave));
  bar.setAttribute("aria-label", "Screens");
  deck.append(bar);
  scale();
  addEventListener("resize", scale);
  addEventListener("hashchange", follow);
  addEventListener("keydown", key, true); // before Escape closes what a symbol means
  swipe();
  follow();
  deck.dataset.ready = "";
})();
