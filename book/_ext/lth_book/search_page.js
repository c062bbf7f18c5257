// The search's page: excerpts of prose, with formulas as they are read, and the section that each is from.
// A file opened from disk may not read other files, so there are no excerpts to show.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
addEventListener("DOMContentLoaded", () => {
  const plain = Search.htmlToText;
  const NOT_PROSE = "template, script, style, pre, svg, .cell_input, .lth-controls, .lth-symbols, .headerlink";

  // The page as prose: a formula is in it twice, and its TeX besides; an excerpt has its line of text.
  const prose = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll(NOT_PROSE).forEach((element) => element.remove());
    for (const formula of page.querySelectorAll("[data-text]")) {
      const trail = formula.querySelector(".lth-trail");
      formula.replaceWith(formula.dataset.text + (trail ? trail.textContent : ""));
    }
    return page;
  };
  Search.htmlToText = (html, anchor) => plain(prose(html).documentElement.outerHTML, anchor);

  // The innermost section with most of the words, the first of those.
  const sectionWith = (page, words) => {
    const found = (section) => {
      const own = section.cloneNode(true);
      own.querySelectorAll("section").forEach((inner) => inner.remove());
      const text = own.textContent.toLowerCase();
      return words.filter((word) => text.includes(word)).length;
    };
    const sections = [...page.querySelectorAll("article section[id]")];
    const counts = sections.map(found);
    const most = Math.max(0, ...counts);
    return most ? sections[counts.indexOf(most)] : null;
  };

  const summary = Search.makeSearchSummary;
  Search.makeSearchSummary = (html, keywords, anchor) => {
    const page = prose(html);
    const section = anchor ? null : sectionWith(page, [...keywords].map((word) => word.toLowerCase()));
    const heading = section?.querySelector("h1, h2, h3, h4");
    if (!heading) return summary(html, keywords, anchor);
    const excerpt = summary(`<div role="main">${section.outerHTML}</div>`, keywords, "");
    if (!excerpt || heading.localName === "h1") return excerpt;
    const link = document.createElement("a");
    link.textContent = heading.textContent.trim();
    excerpt.prepend("in ", link, ": ");
    // The excerpt is put beside the link to its page once it is returned.
    queueMicrotask(() => {
      const whole = excerpt.closest("li")?.querySelector("a");
      if (whole) link.href = `${whole.getAttribute("href").split("#")[0]}#${section.id}`;
    });
    return excerpt;
  };
});
