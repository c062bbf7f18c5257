// Waits for the press on "Run this page"; everything else is loaded then.
(() => {
  "use strict";
  const bar = document.currentScript.previousElementSibling;
  const place = document.querySelector(".lth-run");
  const [button, cost] = place.children;
  const { base, bytes, page } = place.dataset;
  let edits = "";
  try {
    if (localStorage[`lth-edits:${page}`]) edits = ", with your edits";
  } catch (error) { /* no storage: no edits */ }
  const rate = navigator.connection?.downlink; // Mbit/s, where the browser tells
  const seconds = rate ? `, ${Math.max(1, Math.round((8 * bytes) / rate / 1e6))} s` : "";
  cost.textContent += seconds + edits;
  self.caches?.has("lth-python").then((there) => there && (cost.textContent = `loaded before${edits}`), () => {});
  const say = (text) => {
    bar.hidden = false;
    bar.textContent = text;
  };
  button.addEventListener("click", async () => {
    if (location.protocol === "file:") {
      say("A page opened from a file may not start Python. In the folder of the book run “make serve”, or in that of the site “python -m http.server”, and open the address that it names.");
      return;
    }
    button.disabled = true;
    say("Loading …");
    try {
      const live = await import(new URL(`${base}page.js`, location.href));
      await live.start({ bar, place, page, base: new URL(base, location.href).href });
    } catch (error) {
      say(`This page could not be made to run (${error.message}). It reads as before; press to try again.`);
      button.disabled = false;
    }
  });
})();
