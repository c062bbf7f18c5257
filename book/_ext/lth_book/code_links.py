"""Where the code of a hidden cell is: behind a small link under its output, and nowhere if it has none."""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

WORD = "code"


def setup(app):
    """Sphinx: hidden code comes after what it makes."""
    app.connect("config-inited", name_links)
    app.add_post_transform(CodeAfterOutput)


def name_links(app, config) -> None:
    """The link says one word, open or closed."""
    config.nb_code_prompt_show = config.nb_code_prompt_hide = WORD


class CodeAfterOutput(SphinxPostTransform):
    """Runs after the notebooks' own transform has put hidden code between two words."""

    default_priority = 200
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Move hidden code behind its output; a cell that only sets up is for the notebook alone."""
        for cell in list(self.document.findall(nodes.container)):
            if cell.get("nb_element") == "cell_code" and cell.get("hide_mode") == "input":
                if len(cell.children) > 1:
                    code = cell.children[0]
                    cell.remove(code)
                    cell.append(code)
                else:
                    cell.parent.remove(cell)
