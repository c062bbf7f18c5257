// The editor of the pages' cells: CodeMirror 6 with Python's words, and the keys that a page needs.
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

// An editor in `parent`. `run` and `leave` are called for Shift-Enter and Escape, `change` with each new text;
// Tab moves on unless `tabs()` says that the reader asked for indentation.
self.lthEditor = ({ parent, text, label, run, leave, change, tabs }) => {
  const indent = (command) => (view) => tabs() && command(view);
  const does = (act) => () => (act(), true);
  const keys = [
    { key: "Shift-Enter", run: does(run) },
    { key: "Mod-Enter", run: does(run) },
    { key: "Escape", run: does(leave) },
    { key: "Tab", run: indent(indentMore), shift: indent(indentLess) },
    { key: "Mod-]", run: indentMore },
    { key: "Mod-[", run: indentLess },
  ];
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of(keys)),
        history(),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        pythonLanguage,
        indentUnit.of("    "),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        syntaxHighlighting(classHighlighter),
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
        EditorView.updateListener.of((update) => update.docChanged && change(view.state.doc.toString())),
      ],
    }),
  });
  return {
    focus: () => view.focus(),
    text: () => view.state.doc.toString(),
    set: (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } }),
    at: (x, y) => {
      const place = view.posAtCoords({ x, y }, false);
      view.dispatch({ selection: { anchor: place } });
    },
    remove: () => view.destroy(),
  };
};
