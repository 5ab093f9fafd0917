"""The parts that pages are built of: box, message, state, empty state, identity bar, form section.

They are nodes, not included files: a page has a dozen boxes, and an include for each costs more than all its queries.
Words given to a tag are escaped like those of a variable; `extra` is for classes of the page alone.
"""

from functools import lru_cache

from django import template
from django.template.base import Node, TextNode, token_kwargs
from django.utils.html import conditional_escape, format_html

from .sendco_ui import icon as draw_icon

register = template.Library()

ICONS = {"": "info-circle", "late": "alert-octagon", "soon": "alert-circle", "ok": "circle-check"}
STATE_ICONS = {"late": "alert-octagon", "soon": "clock", "ok": "circle-check", "wait": "hourglass"}


@register.simple_tag
def state(tone, *words, icon="", extra=""):
    """How something stands: icon, words and colour, always all three. The words are joined by spaces."""
    return _state(tone, " ".join(str(word) for word in words), icon or STATE_ICONS[tone], extra)


@lru_cache(maxsize=1024)
def _state(tone, text, icon, extra):
    return format_html('<span class="state state-{}{}">{}{}</span>', tone, _after(extra), draw_icon(icon), text)


class OneLine(Node):
    """Words that stand on several lines here and on one line in a plain text mail."""

    child_nodelists = ("nodelist",)

    def __init__(self, nodelist):
        self.nodelist = nodelist

    def render(self, context):
        return " ".join(self.nodelist.render(context).split())


@register.tag
def oneline(parser, token):
    nodelist = parser.parse(("endoneline",))
    parser.delete_first_token()
    return OneLine(nodelist)


class Part(Node):
    """A piece of a component that stands elsewhere in it: a title with markup in it, a note, links."""

    child_nodelists = ("nodelist",)

    def __init__(self, name, nodelist, options):
        self.name, self.nodelist, self.options = name, nodelist, options

    def render(self, context):
        return self.nodelist.render(context).strip()


class Component(Node):
    """What all have in common: words in the tag, named options, a body, and parts taken out of the body."""

    child_nodelists = ("nodelist", "part_nodes")
    takes = frozenset()
    has = ()

    def __init__(self, words, options, nodelist):
        self.words, self.options = words, options
        self.parts = {node.name: node for node in nodelist if isinstance(node, Part)}
        self.part_nodes = template.NodeList(self.parts.values())
        self.nodelist = template.NodeList(node for node in nodelist if not isinstance(node, Part))
        if self.nodelist and isinstance(self.nodelist[0], TextNode):
            self.nodelist[0] = TextNode(self.nodelist[0].s.lstrip("\n"))

    def word(self, context, place):
        return self.words[place].resolve(context) if len(self.words) > place else ""

    def option(self, context, name, default=""):
        return self.options[name].resolve(context) if name in self.options else default

    def part(self, context, name):
        return self.parts[name].render(context) if name in self.parts else ""


class Box(Component):
    takes = frozenset({"id", "head", "label", "pad", "extra"})
    has = ("boxtitle", "boxnote", "boxlinks")

    def render(self, context):
        head = self.option(context, "head")
        opening = '<section class="box{}{}"{}{}{}>'.format(
            " box-pad" if self.option(context, "pad") else "",
            _after(self.option(context, "extra")),
            _attribute("id", self.option(context, "id")),
            _attribute("aria-labelledby", head),
            _attribute("aria-label", self.option(context, "label")),
        )
        return f"{opening}{self._header(context, head)}{self.nodelist.render(context)}</section>"

    def _header(self, context, head):
        title = self.part(context, "boxtitle") or conditional_escape(self.word(context, 0))
        if not title:
            return ""
        note, links = self.part(context, "boxnote"), self.part(context, "boxlinks")
        kind = _after(self.parts["boxlinks"].options["extra"].resolve(context)) if links and self._kind() else ""
        return "<header><h2{}>{}</h2>{}{}</header>".format(
            _attribute("id", head),
            title,
            note and f'<span class="note dim-text small-text">{note}</span>',
            links and f'<span class="end{kind}">{links}</span>',
        )

    def _kind(self):
        return "extra" in self.parts["boxlinks"].options


class Message(Component):
    takes = frozenset({"icon", "extra", "role", "id", "block"})

    def render(self, context):
        tone = self.word(context, 0)
        inner = "div" if self.option(context, "block") else "p"
        return '<div class="message{}{}"{}{}>{}<{}>{}</{}></div>'.format(
            f" message-{tone}" if tone else "",
            _after(self.option(context, "extra", "mb-3")),
            _attribute("role", self.option(context, "role")),
            _attribute("id", self.option(context, "id")),
            draw_icon(self.option(context, "icon") or ICONS[tone]),
            inner,
            self.nodelist.render(context).strip(),
            inner,
        )


class EmptyState(Component):
    takes = frozenset({"level", "block"})
    has = ("emptytitle",)

    def render(self, context):
        title = self.part(context, "emptytitle") or conditional_escape(self.word(context, 0))
        level = self.option(context, "level", 2)
        body = self.nodelist.render(context).strip()
        if not self.option(context, "block"):
            body = f"<p>{body}</p>"
        return f'<div class="empty"><h{level}>{title}</h{level}>{body}</div>'


class FormSection(Component):
    takes = frozenset({"extra"})

    def render(self, context):
        extra = _after(self.option(context, "extra"))
        return f'<div class="box box-pad form-box{extra}">{self.nodelist.render(context)}</div>'


class IdentityBar(Component):
    has = ("identityflags", "identityactions")

    def render(self, context):
        initials, name = (conditional_escape(self.word(context, place)) for place in (0, 1))
        return '<div class="identity-bar">{}<div><h1>{}</h1><ul class="facts">{}</ul>{}</div>{}</div>'.format(
            f'<span class="initials" aria-hidden="true">{initials}</span>',
            name,
            self.nodelist.render(context),
            self.part(context, "identityflags"),
            f'<div class="actions">{self.part(context, "identityactions")}</div>',
        )


COMPONENTS = {
    "box": Box,
    "message": Message,
    "emptystate": EmptyState,
    "formsection": FormSection,
    "identitybar": IdentityBar,
}


def _read(parser, token):
    """Return the words and the options of a tag."""
    words, options = [], {}
    for bit in token.split_contents()[1:]:
        named = token_kwargs([bit], parser)
        if named:
            options |= named
        else:
            words.append(parser.compile_filter(bit))
    return words, options


def _component(name, kind):
    def compile_component(parser, token):
        words, options = _read(parser, token)
        unknown = options.keys() - kind.takes
        if unknown:
            raise template.TemplateSyntaxError(f"{name} has no {', '.join(sorted(unknown))}.")
        nodelist = parser.parse((f"end{name}",))
        parser.delete_first_token()
        return kind(words, options, nodelist)

    return compile_component


def _part(name):
    def compile_part(parser, token):
        _, options = _read(parser, token)
        nodelist = parser.parse((f"end{name}",))
        parser.delete_first_token()
        return Part(name, nodelist, options)

    return compile_part


for _name, _kind in COMPONENTS.items():
    register.tag(_name, _component(_name, _kind))
    for _piece in _kind.has:
        register.tag(_piece, _part(_piece))


def _attribute(name, value):
    return f' {name}="{conditional_escape(value)}"' if value else ""


def _after(classes):
    return f" {conditional_escape(classes)}" if classes else ""
