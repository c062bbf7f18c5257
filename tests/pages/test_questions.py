"""The questions in the chapters: answered in the page, by keyboard too, and readable without a script."""

import json
import re

from bs4 import BeautifulSoup

from .conftest import each_chapter

NUMBER = "book/2-perturbed-subset-sum.html"


@each_chapter
def test_a_chapter_asks_three_questions_and_answers_every_choice(site, path):
    html = (site / path).read_text(encoding="utf-8")
    forms = re.findall(r'(?s)<form class="lth-check".*?</form>', html)
    assert len(forms) == 3
    for form in (BeautifulSoup(it, "html.parser") for it in forms):
        answers = form.select("details li")
        values = [answer["data-value"] for answer in answers]
        assert len(answers) >= 3 and len(set(values)) == len(values)
        assert len(form.select("li[data-right]")) == 1
        assert all(len(answer.get_text().split()) > 8 for answer in answers)
        choices = [button["value"] for button in form.select("input[type=radio]")]
        assert choices == values if choices else values[-1] == ""


@each_chapter
def test_its_copy_folds_the_answers(site, path):
    notebook = json.loads((site / "notebooks" / f"{path[5:-5]}.ipynb").read_text("utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    parts = text.split("> **Question.** ")[1:]
    assert len(parts) == 3
    assert all(part.count("**Right.**") == 1 for part in parts)
    assert all(
        "<summary>The answers</summary>" in part.partition("**Right.**")[0] for part in parts
    )


def test_an_answer_is_told_on_a_press_and_with_the_keyboard(open_page):
    page = open_page(NUMBER)
    number, choice = page.locator("#question-1"), page.locator("#question-2")
    told = number.get_by_role("status")
    for typed, begins in (
        ("0,05", "0.05: Right."),
        ("0", "0: No."),
        ("\u22123", "anything else: No."),
        ("x", "anything else: No."),  # the browser asks for a number; what was told stays
    ):
        number.get_by_label("Your number").fill(typed)
        number.get_by_label("Your number").press("Enter")
        assert " ".join(told.text_content().split()).startswith(begins)
    choice.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert choice.get_by_role("status").text_content() == ""
    page.keyboard.press("Enter")
    assert " ".join(choice.get_by_role("status").text_content().split()).startswith("C Right.")
    targets = choice.locator("label, button, summary").evaluate_all(
        "found => found.map((e) => e.getBoundingClientRect().height)"
    )
    assert min(targets) >= 40 and page.problems == []
    asked = [url for url in page.requested if "/frames/" not in url]
    assert not any("question" in url for url in asked) and page.url.endswith(NUMBER)


def test_without_a_script_the_answers_open(browser, address):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/{NUMBER}")
        form = page.locator("#question-1")
        assert form.get_by_role("button").count() == 0 and not form.locator("li").first.is_visible()
        form.locator("summary").click()
        assert form.locator("li").first.is_visible()
        assert page.locator("#question-2 label span").first.bounding_box()["width"] > 100
