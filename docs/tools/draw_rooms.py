"""Draws docs/rooms.svg: the rooms of the code and who imports whom, as the code has it now.

Rows are the layers of the import contracts in pyproject.toml; an arrow is drawn from the imports
themselves. Run `python docs/tools/draw_rooms.py`; tests/core/test_house.py says when it is stale.
"""

import sys
import tomllib
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "rooms.svg"

_WIDTH = 900
_BOX, _GAP, _ROW = 34, 14, 64  # px: height of a box, between boxes, from row to row
_HEAD = 54
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1d2433; }
  .title { font-weight: 600; font-size: 15px; }
  .box { fill: #eef2f8; stroke: #8fa3bf; }
  .arrow { fill: none; stroke: #5b6f8f; stroke-opacity: .35; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6ebf4; } .box { fill: #222c3d; stroke: #5c7194; }
    .arrow { stroke: #a9bcdb; stroke-opacity: .4; }
  }
"""


def main():
    PICTURE.write_text(drawn(), encoding="utf-8")


def drawn() -> str:
    """The picture as SVG text, one part a container of the layer contracts."""
    sys.path.insert(0, str(ROOT))
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    linter = settings["tool"]["importlinter"]
    graph = grimp.build_graph(*linter["root_packages"])
    parts, top = [], 0
    for contract in linter["contracts"]:
        for container in contract.get("containers", []) if contract["type"] == "layers" else []:
            part, height = _container(graph, container, contract["layers"], top)
            parts.append(part)
            top += height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" '
        f'role="img" aria-label="The rooms of the code and who imports whom">\n'
        f"<style>{_STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _container(graph, container, layers, top):
    """(SVG of one package's rooms, its height in px)."""
    there = {child.rpartition(".")[2] for child in graph.find_children(container)}
    rows = [[room for room in _rooms(layer) if room in there] for layer in layers]
    rows = [row for row in rows if row]
    places = {
        room: (*_across(row, column), top + _HEAD + number * _ROW)
        for number, row in enumerate(rows)
        for column, room in enumerate(row)
    }
    shapes = [f'<text class="title" x="20" y="{top + 30}">{escape(container)}</text>']
    shapes += [
        _arrow(places[one], places[other]) for one, other in _arrows(graph, container, places)
    ]
    shapes += [_box(room, *place) for room, place in places.items()]
    return "\n".join(shapes), _HEAD + len(rows) * _ROW


def _rooms(layer):
    return [room.strip(" ()") for room in layer.split(":")]


def _across(row, column):
    """(left, width) in px of one of a row's boxes."""
    width = (_WIDTH - 40 - _GAP * (len(row) - 1)) / len(row)
    width = min(width, 200)
    left = (_WIDTH - len(row) * width - _GAP * (len(row) - 1)) / 2
    return left + column * (width + _GAP), width


def _arrows(graph, container, places):
    """(importing room, imported room), sorted, for every pair with at least one import."""
    pairs = set()
    for room in places:
        inside = {f"{container}.{room}", *graph.find_descendants(f"{container}.{room}")}
        for module in inside:
            for known in graph.find_modules_directly_imported_by(module):
                other = known.removeprefix(f"{container}.").partition(".")[0]
                if known.startswith(f"{container}.") and other in places and other != room:
                    pairs.add((room, other))
    return sorted(pairs)


def _arrow(start, end):
    (left, width, y), (left_to, width_to, y_to) = start, end
    x, x_to = left + width / 2, left_to + width_to / 2
    y, y_to = (y + _BOX, y_to) if y_to > y else (y, y_to + _BOX)
    bend = (y_to - y) / 2
    # In one column the line would run behind the boxes between: it goes around them.
    aside = width / 2 + abs(bend) / 6 if abs(x - x_to) < 20 and abs(y_to - y) > _ROW else 0
    return (
        f'<path class="arrow" d="M{x:.0f} {y} C{x + aside:.0f} {y + bend:.0f} '
        f'{x_to + aside:.0f} {y_to - bend:.0f} {x_to:.0f} {y_to}"/>'
    )


def _box(room, left, width, top):
    return (
        f'<rect class="box" x="{left:.0f}" y="{top}" width="{width:.0f}" height="{_BOX}" rx="6"/>'
        f'<text x="{left + width / 2:.0f}" y="{top + 22}" text-anchor="middle">'
        f"{escape(room)}</text>"
    )


if __name__ == "__main__":
    main()
