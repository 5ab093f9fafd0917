from django import template

register = template.Library()

_FOLDER = "components/charts"


@register.inclusion_tag(f"{_FOLDER}/bar_chart.html")
def bar_chart(chart):
    return {"chart": chart}


@register.inclusion_tag(f"{_FOLDER}/stacked_bar.html")
def stacked_bar(chart):
    return {"chart": chart}


@register.inclusion_tag(f"{_FOLDER}/line_chart.html")
def line_chart(chart):
    return {"chart": chart}


@register.inclusion_tag(f"{_FOLDER}/sparkline.html")
def sparkline(chart):
    return {"chart": chart}
