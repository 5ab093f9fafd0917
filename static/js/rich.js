// The editor for rich text: ProseMirror and a toolbar. The text box beneath it is what works without scripts.
"use strict";
(() => {
  const PM = window.ProseMirror;

  // --- What a text may hold: the tags of sendco/richtext.py, and nothing else can be typed or pasted ---
  const SCHEMES = /^(https:|mailto:)/i;
  const children = (tag) => [tag, 0];
  const whole = "svg, math, iframe, embed, template, textarea, meta, link, select, xml";
  const span = (dom, name) => Number(dom.getAttribute(name)) || 1;
  const unless = (usual, attrs) => Object.fromEntries(Object.entries(attrs).filter(([, value]) => value !== usual));
  const cell = (tag, scope) => ({
    content: "block+",
    isolating: true,
    attrs: { colspan: { default: 1 }, rowspan: { default: 1 }, ...scope },
    parseDOM: [{
      tag,
      getAttrs: (dom) => ({ colspan: span(dom, "colspan"), rowspan: span(dom, "rowspan"), ...(scope && { scope: dom.getAttribute("scope") }) }),
    }],
    toDOM: (node) => [tag, unless(1, node.attrs), 0],
  });
  const heading = (level, tags) => tags.map((tag) => ({ tag, attrs: { level } }));
  const schema = new PM.Schema({
    nodes: {
      doc: { content: "block+" },
      paragraph: {
        group: "block",
        content: "inline*",
        parseDOM: [{ tag: "p" }, { tag: whole, ignore: true }],
        toDOM: () => children("p"),
      },
      heading: {
        group: "block",
        content: "inline*",
        defining: true,
        attrs: { level: { default: 3 } },
        parseDOM: [...heading(3, ["h1", "h2", "h3"]), ...heading(4, ["h4", "h5", "h6"])],
        toDOM: (node) => children(`h${node.attrs.level}`),
      },
      blockquote: { group: "block", content: "block+", defining: true, parseDOM: [{ tag: "blockquote" }], toDOM: () => children("blockquote") },
      ul: { group: "block", content: "li+", parseDOM: [{ tag: "ul" }], toDOM: () => children("ul") },
      ol: {
        group: "block",
        content: "li+",
        attrs: { start: { default: 1 } },
        parseDOM: [{ tag: "ol", getAttrs: (dom) => ({ start: span(dom, "start") }) }],
        toDOM: (node) => ["ol", unless(1, node.attrs), 0],
      },
      li: { content: "block+", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => children("li") },
      table: { group: "block", content: "(thead | tbody)+", isolating: true, parseDOM: [{ tag: "table" }], toDOM: () => children("table") },
      tbody: { content: "tr+", parseDOM: [{ tag: "tbody" }], toDOM: () => children("tbody") },
      thead: { content: "tr+", parseDOM: [{ tag: "thead" }], toDOM: () => children("thead") },
      tr: { content: "(td | th)+", parseDOM: [{ tag: "tr" }], toDOM: () => children("tr") },
      td: cell("td"),
      th: cell("th", { scope: { default: null } }),
      text: { group: "inline" },
      br: { group: "inline", inline: true, selectable: false, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
    },
    marks: {
      a: {
        inclusive: false,
        attrs: { href: {} },
        parseDOM: [{ tag: "a[href]", getAttrs: (dom) => { const href = dom.getAttribute("href").trim(); return SCHEMES.test(href) && { href }; } }],
        toDOM: (mark) => ["a", { href: mark.attrs.href }, 0],
      },
      strong: { parseDOM: [{ tag: "strong" }, { tag: "b" }], toDOM: () => children("strong") },
      em: { parseDOM: [{ tag: "em" }, { tag: "i" }], toDOM: () => children("em") },
      u: { parseDOM: [{ tag: "u" }, { tag: "ins" }], toDOM: () => children("u") },
      s: { parseDOM: [{ tag: "s" }, { tag: "strike" }, { tag: "del" }], toDOM: () => children("s") },
    },
  });
  const { nodes, marks } = schema;

  // --- Reading and writing: Word's lists become lists; the server cleans what is sent again ---
  const BULLET = /^[\s\u00a0]*(?:[·•▪§o\-\u2013]|\d{1,3}[.)]|[a-z][.)])[\s\u00a0]+/;
  const wordKind = (paragraph) => (/^[\s\u00a0]*\d{1,3}[.)]/.test(paragraph.textContent) ? "ol" : "ul");
  const stripBullet = (item) => {
    const walker = document.createTreeWalker(item, NodeFilter.SHOW_TEXT);
    let text = "";
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      text += node.data;
      const match = BULLET.exec(text);
      if (!match && text.length > 12) return;
      node.data = match ? text.slice(match[0].length) : "";
      if (match) return;
    }
  };
  const listsOfWord = (body) => {
    for (const paragraph of body.querySelectorAll("p[class*=MsoListParagraph], p[data-mso-list]")) {
      const kind = wordKind(paragraph);
      const item = document.createElement("li");
      item.append(...paragraph.childNodes);
      stripBullet(item);
      const before = paragraph.previousElementSibling;
      const list = before && before.matches(`${kind}[data-mso-list]`) ? before : document.createElement(kind);
      list.dataset.msoList = "";
      list.append(item);
      if (list === before) paragraph.remove();
      else paragraph.replaceWith(list);
    }
  };
  // The security policy would report each style and handler of what is pasted, though the parser runs none of them.
  const quiet = (html) =>
    html
      .replace(/<(style|script)\b[\s\S]*?<\/\1\s*>/gi, "")
      .replace(/\s(style|on\w+)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, (all) => (/mso-list/.test(all) ? " data-mso-list" : ""));
  const read = (html) => {
    const { body } = new DOMParser().parseFromString(quiet(html), "text/html");
    listsOfWord(body);
    return body;
  };
  // The document wants a paragraph in each list entry and cell; what is kept has one only where there are several.
  const written = (doc) => {
    const holder = document.createElement("div");
    holder.append(PM.DOMSerializer.fromSchema(schema).serializeFragment(doc.content));
    for (const first of holder.querySelectorAll(":is(li, td, th) > p:first-child")) {
      const others = [...first.parentNode.children].slice(1);
      if (others.every((other) => other.matches("ul, ol"))) first.replaceWith(...first.childNodes);
    }
    return holder.innerHTML;
  };
  const paragraphs = (text) => {
    const blocks = text.replace(/\r\n?/g, "\n").split(/\n\s*\n/).map((block) => {
      const lines = block.split("\n").map((line) => (line ? [schema.text(line)] : []));
      return nodes.paragraph.create(null, lines.flatMap((line, place) => (place ? [nodes.br.create(), ...line] : line)));
    });
    return new PM.Slice(PM.Fragment.from(blocks), 1, 1);
  };

  // --- What the buttons and keys do ---
  const markAt = (mark) => (state) => {
    const { from, to, empty, $from } = state.selection;
    return empty ? Boolean(mark.isInSet(state.storedMarks || $from.marks())) : state.doc.rangeHasMark(from, to, mark);
  };
  const listAround = ({ $from }) => {
    for (let depth = $from.depth; depth; depth -= 1) {
      const node = $from.node(depth);
      if (node.type === nodes.ul || node.type === nodes.ol) return { node, place: $from.before(depth) };
    }
    return null;
  };
  const listAt = (kind) => (state) => { const list = listAround(state.selection); return Boolean(list) && list.node.type === kind; };
  const toggleList = (kind) => (state, dispatch) => {
    const list = listAround(state.selection);
    if (!list) return PM.wrapInList(kind)(state, dispatch);
    if (list.node.type === kind) return PM.liftListItem(nodes.li)(state, dispatch);
    if (dispatch) dispatch(state.tr.setNodeMarkup(list.place, kind));
    return true;
  };
  const headingAt = (state) => { const { parent } = state.selection.$from; return parent.type === nodes.heading && parent.attrs.level === 3; };
  const toggleHeading = (state, dispatch) => PM.setBlockType(...(headingAt(state) ? [nodes.paragraph] : [nodes.heading, { level: 3 }]))(state, dispatch);
  const breakLine = (state, dispatch) => { if (dispatch) dispatch(state.tr.replaceSelectionWith(nodes.br.create()).scrollIntoView()); return true; };
  const address = (typed) => {
    if (!typed || SCHEMES.test(typed)) return typed;
    return typed.includes("@") && !typed.includes("/") ? `mailto:${typed}` : `https://${typed.replace(/^https?:\/\//i, "")}`;
  };
  // Where the caret is within a link and nothing is selected, the whole link is meant.
  const linkRange = ({ from, to, empty, $from }) => {
    const mark = empty && marks.a.isInSet($from.marks());
    if (!mark) return [from, to];
    const ends = [];
    $from.parent.forEach((node, offset) => { if (mark.isInSet(node.marks)) ends.push($from.start() + offset, $from.start() + offset + node.nodeSize); });
    return [Math.min(...ends), Math.max(...ends)];
  };
  const setLink = (typed) => (state, dispatch) => {
    const href = address(typed.trim());
    const shown = href.replace(/^(https:\/\/|mailto:)/, "");
    const [from, to] = linkRange(state.selection);
    const mark = marks.a.create({ href });
    if (!shown) dispatch(state.tr.removeMark(from, to, marks.a));
    else if (from < to) dispatch(state.tr.addMark(from, to, mark));
    else dispatch(state.tr.replaceSelectionWith(schema.text(shown, [mark]), false));
    return true;
  };
  const TOOLS = [
    { name: "Bold", label: "B", look: "rich-b", run: PM.toggleMark(marks.strong), pressed: markAt(marks.strong) },
    { name: "Italic", label: "I", look: "rich-i", run: PM.toggleMark(marks.em), pressed: markAt(marks.em) },
    { name: "Heading", label: "Heading", run: toggleHeading, pressed: headingAt },
    { name: "Bulleted list", label: "• List", run: toggleList(nodes.ul), pressed: listAt(nodes.ul) },
    { name: "Numbered list", label: "1. List", run: toggleList(nodes.ol), pressed: listAt(nodes.ol) },
    { name: "Link", label: "Link" },
  ];
  const KEYS = {
    "Mod-b": PM.toggleMark(marks.strong),
    "Mod-i": PM.toggleMark(marks.em),
    "Mod-u": PM.toggleMark(marks.u),
    "Mod-z": PM.undo,
    "Mod-y": PM.redo,
    "Shift-Mod-z": PM.redo,
    "Shift-Enter": breakLine,
    "Mod-]": PM.sinkListItem(nodes.li),
    "Mod-[": PM.liftListItem(nodes.li),
    Enter: PM.chainCommands(PM.splitListItem(nodes.li), PM.baseKeymap.Enter),
  };

  // --- The toolbar and the question for a link ---
  const made = (tag, { className = "", text = "", ...attrs } = {}) => {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    for (const [name, value] of Object.entries(attrs)) element.setAttribute(name, value);
    return element;
  };
  const toolbar = (name, controls, use) => {
    const bar = made("div", { className: "rich-bar", role: "toolbar", "aria-label": name, "aria-controls": controls });
    TOOLS.forEach((tool, place) => {
      const named = { title: tool.name, "aria-label": tool.name, tabindex: place ? -1 : 0 };
      const button = made("button", { className: `rich-tool ${tool.look || ""}`, text: tool.label, type: "button", ...named });
      if (tool.pressed) button.setAttribute("aria-pressed", "false");
      // The press must not take the selection away from the text.
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", () => use(tool));
      bar.append(button);
    });
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const tools = [...bar.children];
      const next = tools[(tools.indexOf(document.activeElement) + step + tools.length) % tools.length];
      for (const tool of tools) tool.tabIndex = tool === next ? 0 : -1;
      next.focus();
    });
    return bar;
  };
  const linkQuestion = (id, answered) => {
    const ask = made("div", { className: "rich-ask" });
    const field = made("input", { className: "form-control", type: "text", autocomplete: "off", id });
    const add = made("button", { className: "btn btn-line btn-sm", text: "Add the link", type: "button" });
    const cancel = made("button", { className: "btn btn-quiet btn-sm", text: "Cancel", type: "button" });
    const end = (typed) => { ask.hidden = true; field.value = ""; answered(typed); };
    ask.hidden = true;
    add.addEventListener("click", () => end(field.value));
    cancel.addEventListener("click", () => end(null));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); end(field.value); }
      if (event.key === "Escape") { event.stopPropagation(); end(null); }
    });
    ask.append(made("label", { className: "sm", text: "Address of the page, or an e-mail address", for: id }), field, add, cancel);
    return ask;
  };

  // --- One editor ---
  const start = (box) => {
    const plain = box.querySelector("textarea.rich-plain");
    const stored = box.querySelector("textarea[hidden]");
    const label = document.querySelector(`label[for="${plain.id}"]`);
    if (label && !label.id) label.id = `${plain.id}_label`;
    const described = plain.getAttribute("aria-describedby");
    const area = `${plain.id}_area`;
    let view = null;
    const act = (command) => { command(view.state, view.dispatch, view); view.focus(); };
    const ask = linkQuestion(`${plain.id}_link`, (typed) => (typed === null ? view.focus() : act(setLink(typed))));
    const bar = toolbar("Formatting" + (label ? " of " + label.firstChild.textContent.trim() : ""), area, (tool) => {
      if (tool.run) return act(tool.run);
      ask.hidden = false;
      ask.querySelector("input").focus();
    });
    const show = (state) => TOOLS.forEach((tool, place) => {
      if (tool.pressed) bar.children[place].setAttribute("aria-pressed", String(tool.pressed(state)));
    });

    const toToolbar = () => { bar.querySelector('[tabindex="0"]').focus(); return true; };
    view = new PM.EditorView((editor) => box.prepend(bar, ask, editor), {
      state: PM.EditorState.create({
        doc: PM.DOMParser.fromSchema(schema).parse(read(stored.value)),
        plugins: [PM.keymap({ ...KEYS, "Alt-F10": toToolbar }), PM.keymap(PM.baseKeymap), PM.history(), PM.gapCursor()],
      }),
      attributes: {
        class: "rich-area form-control",
        id: area,
        role: "textbox",
        "aria-multiline": "true",
        ...(label && { "aria-labelledby": label.id }),
        ...(described && { "aria-describedby": described }),
      },
      dispatchTransaction(transaction) {
        view.updateState(view.state.apply(transaction));
        show(view.state);
        if (!transaction.docChanged) return;
        stored.value = written(view.state.doc);
        stored.dispatchEvent(new Event("input", { bubbles: true }));
      },
      transformPastedHTML: (html) => read(html).innerHTML,
      clipboardTextParser: paragraphs,
      handleDrop: () => true,
    });
    if (label) label.addEventListener("click", (event) => { event.preventDefault(); view.focus(); });
    // What is stored goes back as it came until somebody changes it.
    box.querySelector("input[type=hidden]").value = "rich";
    plain.hidden = true;
    plain.removeAttribute("name");
  };
  for (const box of document.querySelectorAll("[data-rich]")) start(box);
})();
