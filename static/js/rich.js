// The editor for rich text: a toolbar over an editable box. The text box beneath it is what works without scripts.
"use strict";
(() => {
  const KEPT = new Set("P BR STRONG EM U S UL OL LI H3 H4 BLOCKQUOTE TABLE THEAD TBODY TR TH TD A".split(" "));
  const SAME = { B: "STRONG", I: "EM", STRIKE: "S", DEL: "S", INS: "U", H1: "H3", H2: "H3", H5: "H4", H6: "H4" };
  const WHOLE = new Set("SCRIPT STYLE SVG MATH IFRAME OBJECT EMBED TEMPLATE NOSCRIPT TEXTAREA TITLE HEAD META LINK SELECT XML".split(" "));
  const BULLET = /^[\s\u00a0]*(?:[·•▪§o\-\u2013]|\d{1,3}[.)]|[a-z][.)])[\s\u00a0]+/;
  const TOOLS = [
    ["Bold", "B", "bold", null, "rich-b"],
    ["Italic", "I", "italic", null, "rich-i"],
    ["Heading", "Heading", "formatBlock", "h3", ""],
    ["Bulleted list", "• List", "insertUnorderedList", null, ""],
    ["Numbered list", "1. List", "insertOrderedList", null, ""],
    ["Link", "Link", "link", null, ""],
  ];

  // --- Paste: only what is kept here, Word's lists as lists; the server cleans it again ---
  const isWordItem = (node) => node.nodeName === "P" && (/MsoListParagraph/.test(node.className) || node.hasAttribute("data-mso-list"));
  const wordKind = (node) => (/^[\s\u00a0]*\d{1,3}[.)]/.test(node.textContent) ? "OL" : "UL");
  const copy = (from, to) => {
    let list = null;
    for (const node of from.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) {
        to.append(node.data.replace(/[\r\n]+/g, " "));
        continue;
      }
      if (node.nodeType !== Node.ELEMENT_NODE || WHOLE.has(node.nodeName.toUpperCase())) continue;
      if (isWordItem(node)) {
        if (!list || list.nodeName !== wordKind(node)) to.append((list = document.createElement(wordKind(node))));
        const item = document.createElement("li");
        copy(node, item);
        stripBullet(item);
        list.append(item);
        continue;
      }
      list = null;
      const name = SAME[node.nodeName] || node.nodeName;
      if (!KEPT.has(name)) {
        copy(node, to);
        if (node.nodeName === "DIV") to.append(document.createElement("br"));
        continue;
      }
      const made = document.createElement(name);
      if (name === "A") {
        const href = node.getAttribute("href") || "";
        if (/^(https:|mailto:)/i.test(href)) made.setAttribute("href", href);
      }
      for (const span of ["colspan", "rowspan"]) if (node.hasAttribute(span) && /^T[DH]$/.test(name)) made.setAttribute(span, node.getAttribute(span));
      copy(node, made);
      to.append(made);
    }
  };
  const stripBullet = (item) => {
    const walker = document.createTreeWalker(item, NodeFilter.SHOW_TEXT);
    let text = "";
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      text += node.data;
      const match = BULLET.exec(text);
      node.data = match ? text.slice(match[0].length) : "";
      if (match || text.length > 12) { if (!match) node.data = text; return; }
    }
  };
  // The security policy would report each style and handler of what is pasted, though the parser runs none of them.
  const quiet = (html) =>
    html
      .replace(/<(style|script)\b[\s\S]*?<\/\1\s*>/gi, "")
      .replace(/\s(style|on\w+)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, (all) => (/mso-list/.test(all) ? " data-mso-list" : ""));
  const cleaned = (html) => {
    const holder = document.createElement("div");
    copy(new DOMParser().parseFromString(quiet(html), "text/html").body, holder);
    for (const node of holder.querySelectorAll("p")) if (!node.textContent.trim() && !node.querySelector("br")) node.remove();
    return holder.innerHTML;
  };
  const paragraphs = (text) => {
    const holder = document.createElement("div");
    for (const block of text.split(/\n\s*\n/)) {
      const made = document.createElement("p");
      block.split("\n").forEach((line, place) => { if (place) made.append(document.createElement("br")); made.append(line); });
      holder.append(made);
    }
    return holder.innerHTML;
  };

  // --- One editor ---
  const start = (box) => {
    const plain = box.querySelector("textarea.rich-plain");
    const stored = box.querySelector("textarea[hidden]");
    const kind = box.querySelector("input[type=hidden]");
    const label = document.querySelector(`label[for="${plain.id}"]`);
    if (label && !label.id) label.id = plain.id + "_label";

    const area = document.createElement("div");
    area.className = "rich-area form-control";
    area.contentEditable = "true";
    area.id = plain.id + "_area";
    area.setAttribute("role", "textbox");
    area.setAttribute("aria-multiline", "true");
    if (label) area.setAttribute("aria-labelledby", label.id);
    if (plain.getAttribute("aria-describedby")) area.setAttribute("aria-describedby", plain.getAttribute("aria-describedby"));
    area.innerHTML = cleaned(stored.value) || "<p><br></p>";
    const bar = document.createElement("div");
    bar.className = "rich-bar";
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", "Formatting" + (label ? " of " + label.firstChild.textContent.trim() : ""));
    bar.setAttribute("aria-controls", area.id);
    const ask = document.createElement("div");
    ask.className = "rich-ask";
    ask.hidden = true;

    const keep = () => { stored.value = area.innerHTML; kind.value = "rich"; };
    const inList = (command) => { try { return document.queryCommandState(command); } catch { return false; } };
    const show = () => {
      if (!area.contains(document.getSelection().anchorNode)) return;
      for (const button of bar.children) {
        const [, , command] = TOOLS[button.dataset.tool];
        if (command === "formatBlock") button.setAttribute("aria-pressed", String(document.queryCommandValue(command).toLowerCase() === "h3"));
        else if (command !== "link") button.setAttribute("aria-pressed", String(inList(command)));
      }
    };
    // Where the selection begins and ends, in letters from the beginning: it outlives the nodes.
    const selected = () => {
      if (!document.getSelection().rangeCount) return [0, 0];
      const range = document.getSelection().getRangeAt(0);
      return [[range.startContainer, range.startOffset], [range.endContainer, range.endOffset]].map(([node, offset]) => {
        const before = document.createRange();
        before.setStart(area, 0);
        before.setEnd(node, offset);
        return before.toString().length;
      });
    };
    const select = (places) => {
      const found = places.map((place) => {
        const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
        let left = place;
        let node = walker.nextNode();
        while (node && left > node.length) { left -= node.length; node = walker.nextNode(); }
        return node && [node, left];
      });
      if (found[0] && found[1]) document.getSelection().setBaseAndExtent(...found[0], ...found[1]);
    };
    const act = (command, value) => {
      area.focus();
      if (command === "formatBlock" && document.queryCommandValue(command).toLowerCase() === value) value = "p";
      const places = /List$/.test(command) ? selected() : null;
      document.execCommand(command, false, value);
      if (places) {
        // Chrome puts the list inside the paragraph and the caret at its beginning.
        for (const list of area.querySelectorAll("p > ul, p > ol")) list.parentNode.replaceWith(...list.parentNode.childNodes);
        select(places);
      }
      keep();
      area.dispatchEvent(new Event("input", { bubbles: true }));
      show();
    };

    let range = null;
    const askForLink = () => {
      const selection = document.getSelection();
      range = selection.rangeCount && area.contains(selection.anchorNode) ? selection.getRangeAt(0).cloneRange() : null;
      ask.hidden = false;
      ask.querySelector("input").focus();
    };
    const endAsking = () => { ask.hidden = true; area.focus(); };
    const link = () => {
      const field = ask.querySelector("input");
      let href = field.value.trim();
      if (href && !/^(https:|mailto:)/i.test(href)) href = href.includes("@") && !href.includes("/") ? "mailto:" + href : "https://" + href.replace(/^https?:\/\//i, "");
      endAsking();
      if (range) { const selection = document.getSelection(); selection.removeAllRanges(); selection.addRange(range); }
      if (!href) return act("unlink");
      if (range && range.collapsed) {
        const made = document.createElement("a");
        made.href = href;
        made.textContent = href.replace(/^(https:\/\/|mailto:)/, "");
        return act("insertHTML", made.outerHTML);
      }
      act("createLink", href);
      field.value = "";
    };
    const linkId = plain.id + "_link";
    ask.innerHTML = '<label class="sm"></label><input class="form-control" type="text" autocomplete="off"><button type="button" class="btn btn-line btn-sm">Add the link</button><button type="button" class="btn btn-quiet btn-sm">Cancel</button>';
    const [askLabel, askField, askDo, askEnd] = ask.children;
    askLabel.textContent = "Address of the page, or an e-mail address";
    askLabel.htmlFor = linkId;
    askField.id = linkId;
    askDo.addEventListener("click", link);
    askEnd.addEventListener("click", endAsking);
    askField.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); link(); }
      if (event.key === "Escape") { event.stopPropagation(); endAsking(); }
    });

    TOOLS.forEach(([name, words, command, value, look], place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "rich-tool " + look;
      button.textContent = words;
      button.dataset.tool = place;
      button.tabIndex = place ? -1 : 0;
      button.title = name;
      button.setAttribute("aria-label", name);
      if (command !== "link") button.setAttribute("aria-pressed", "false");
      // The press must not take the selection away from the text.
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", () => (command === "link" ? askForLink() : act(command, value)));
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
    area.addEventListener("focus", () => { document.execCommand("defaultParagraphSeparator", false, "p"); document.execCommand("styleWithCSS", false, false); });
    area.addEventListener("input", keep);
    area.addEventListener("keyup", show);
    area.addEventListener("mouseup", show);
    area.addEventListener("keydown", (event) => {
      if (event.key === "F10" && event.altKey) { event.preventDefault(); bar.querySelector('[tabindex="0"]').focus(); }
    });
    area.addEventListener("paste", (event) => {
      event.preventDefault();
      const html = event.clipboardData.getData("text/html");
      act("insertHTML", html ? cleaned(html) : paragraphs(event.clipboardData.getData("text/plain")));
    });
    area.addEventListener("drop", (event) => event.preventDefault());
    if (label) label.addEventListener("click", (event) => { event.preventDefault(); area.focus(); });

    plain.hidden = true;
    plain.removeAttribute("name");
    box.prepend(bar, ask, area);
    keep();
  };
  for (const box of document.querySelectorAll("[data-rich]")) start(box);
})();
