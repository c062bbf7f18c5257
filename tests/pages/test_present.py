"""A chapter as screens for a projector: nothing scrolls, words are large, figures live, proofs are folded."""

import re

from .conftest import each_chapter

CHAPTER = "book/2-perturbed-subset-sum.html"
READY = ".lth-deck[data-ready]"

# What is wrong with each screen: what scrolls or is cut off, and words below 24 pixels. In formulas a script,
# a fraction and a limit are smaller.
FAULTS = """() => {
    const screens = [...document.querySelectorAll('.lth-screen')];
    const shown = screens.find((screen) => screen.matches('.lth-shown'));
    const cut = (box) => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1;
    const spared = 'svg, math, script, template, option, sup, .katex .msupsub, .katex .mfrac, .katex .mop';
    const small = (screen) => {
        const texts = document.createTreeWalker(screen, NodeFilter.SHOW_TEXT);
        const found = [];
        while (texts.nextNode()) {
            const [parent, words] = [texts.currentNode.parentElement, texts.currentNode.data.trim()];
            if (!words || parent.closest(spared) || !parent.checkVisibility()) continue;
            const size = parseFloat(getComputedStyle(parent.closest('.katex') ?? parent).fontSize);
            if (size < 24) found.push(`${size} px: ${words.slice(0, 30)}`);
        }
        return found;
    };
    const longest = (figure) => {
        const says = figure.querySelector('.lth-says');
        const first = says.textContent;
        says.textContent = figure.lthLongest ?? first;
        const faults = cut(figure) ? ['its longest sentence is cut off'] : [];
        says.textContent = first;
        return faults;
    };
    return screens.flatMap((screen, k) => {
        screens.forEach((other) => other.classList.toggle('lth-shown', other === screen));
        const boxes = [screen, ...screen.querySelectorAll('.lth-screen-body, .lth-explorer')].filter(cut);
        const figures = [...screen.querySelectorAll('.lth-explorer')].flatMap(longest);
        const faults = [...boxes.map((box) => `${box.className} scrolls`), ...small(screen), ...figures];
        if (k === screens.length - 1)
            screens.forEach((other) => other.classList.toggle('lth-shown', other === shown));
        return faults.map((fault) => `screen ${k + 1}: ${fault}`);
    });
}"""

LONGEST = """Promise.all([...document.querySelectorAll('.lth-explorer')].map(async (figure) => {
    const frames = figure.frames ? await figure.frames() : [];
    figure.lthLongest = frames.map((frame) => frame.says).sort((a, b) => a.length - b.length).at(-1);
}))"""

# Figures on a screen of their own whose first control changes nothing that they say.
DEAD = """[...document.querySelectorAll('.lth-screen .lth-explorer')].filter((figure) => {
    const control = figure.querySelector('[data-axis]');
    if (!control) return false;
    const says = figure.querySelector('.lth-says');
    const before = says.textContent;
    const last = control.matches('select') ? control.options.length - 1 : Number(control.max);
    control.value = Number(control.value) === last ? 0 : last;
    control.dispatchEvent(new Event('input', { bubbles: true }));
    return says.textContent === before;
}).map((figure) => figure.id)"""

# A finger that moves along a screen, as the page is told of it.
SWIPE = """([from, to]) => {
    const target = document.querySelector('.lth-shown');
    const touch = (x) => new Touch({ identifier: 1, target, clientX: x, clientY: 300 });
    for (const [kind, x] of [['touchstart', from], ['touchend', to]]) {
        const all = { touches: kind === 'touchstart' ? [touch(x)] : [], changedTouches: [touch(x)] };
        target.dispatchEvent(new TouchEvent(kind, { bubbles: true, ...all }));
    }
}"""


@each_chapter
def test_a_chapter_is_screens(open_page, site, path):
    page = open_page(f"{path}?present", width=1280)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.wait_for_selector(READY, state="attached")
    page.evaluate(LONGEST)
    assert page.locator(".lth-screen").count() > 10
    assert page.evaluate(FAULTS) == []
    assert page.evaluate(DEAD) == []
    html = (site / path).read_text(encoding="utf-8")
    figures = re.findall(r'<div class="lth-explorer" id="([^"]*)"', html)
    assert figures == page.locator(".lth-screen-figure .lth-explorer").evaluate_all(
        "found => found.map((figure) => figure.id)"
    )
    assert page.locator(".lth-screen .lth-check").count() == 3
    proofs = html.partition('id="exercises"')[0].count('<div class="proof lth-proof')
    folds = page.locator("details.lth-fold")
    assert folds.count() == proofs and page.locator("details.lth-fold[open]").count() == 0
    assert page.problems == []


def test_one_goes_through_it_with_keys_and_the_address_keeps_the_place(open_page):
    page = open_page(CHAPTER, width=1280)
    assert not any("/present." in url for url in page.requested)
    page.get_by_role("link", name="Present").click()
    page.wait_for_selector(READY, state="attached")
    at = page.locator(".lth-screen.lth-shown")

    def shown() -> int:
        page.wait_for_timeout(20)
        return int(re.match(r"Screen (\d+) of", at.get_attribute("aria-label"))[1])

    last = page.locator(".lth-screen").count()
    on, back = ["ArrowRight", "PageDown", "Space", "ArrowDown"], ["ArrowLeft", "PageUp", "ArrowUp"]
    found = []
    for key in [*on, *back, "End", "PageDown", "Home", "PageUp"]:
        page.keyboard.press(key)
        found.append(shown())
    assert found == [2, 3, 4, 5, 4, 3, 2, last, last, 1, 1]
    page.evaluate(SWIPE, [900, 300])
    assert shown() == 2
    page.evaluate(SWIPE, [300, 900])
    assert shown() == 1
    page.evaluate(SWIPE, [300, 320])  # a finger that trembles
    assert shown() == 1
    page.keyboard.press("ArrowRight")
    page.locator(".lth-shown input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")  # moves the slider
    assert shown() == 2
    page.keyboard.press("PageDown")  # as a presenter's remote control does
    assert shown() == 3 and page.url.endswith("#screen-3")
    page.go_back()
    assert shown() == 2
    page.evaluate("location.hash = 'thm-perturbed'")
    shown()
    assert at.locator("#thm-perturbed").count() == 1
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == last
    page.locator(".lth-shown .lth-fold summary").first.click()
    assert at.locator(".lth-fold").first.locator("p").first.is_visible()
    page.keyboard.press("Escape")
    page.wait_for_url("**/2-perturbed-subset-sum.html#*")
    assert page.locator(".lth-deck").count() == 0
