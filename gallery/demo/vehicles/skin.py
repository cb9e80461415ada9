"""What each point of a body is made of: paint, glass, lamps, trim, and the seams between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gallery.demo.vehicles import outlines
from gallery.demo.vehicles.bodies import Body
from gallery.demo.vehicles.details import Details
from gallery.demo.vehicles.fields import smooth_max, smoothstep
from gallery.demo.vehicles.form import ARCH_DEPTH, ARCH_GAP, Form

# The first six are those of gallery.demo.vehicles.wheels.
PAINT, GLASS, GLOSS, MATTE, CHROME, LAMP, TAIL, GRILLE, LINER, SATIN, PANEL, POCKET = range(6, 18)
SEAM = 0.0030  # m, half the gap between two panels


@dataclass
class Skin:
    """Per point: kind, how much a seam darkens it (0 to 1), and the place in its drawing.

    across, up: (q, z) at the ends, where lamps and grille are drawn; metres.
    edge: distance to the outline of the window or lamp the point belongs to, metres, negative
    inside.
    """

    kind: np.ndarray
    seam: np.ndarray
    across: np.ndarray
    up: np.ndarray
    edge: np.ndarray


@dataclass(frozen=True)
class Drawing:
    """A body's details as tables, made on first use."""

    body: Body
    details: Details

    @cached_property
    def foremost(self) -> float:
        return max(x for _, x in self.body.nose)

    @cached_property
    def rearmost(self) -> float:
        return max(x for _, x in self.body.tail)

    @cached_property
    def seams(self):
        return [outlines.line(points, 0.05) for points in self.details.seams]

    @cached_property
    def hood_seam(self):
        return outlines.line(self.details.hood_seam, 0.1)

    @cached_property
    def bumper_seam(self):
        return outlines.line(self.details.bumper_seam, 0.03)

    @cached_property
    def rear_seam(self):
        return outlines.line(self.details.rear_seam, 0.03)

    @cached_property
    def sill_strip(self):
        points = self.details.sill_strip
        return outlines.line(points) if points else None

    @cached_property
    def shapes(self):
        names = {"lamp": 0.02, "grille": 0.05, "intake": 0.04, "lower_intake": 0.04}
        return {name: outlines.shape(getattr(self.details, name), r) for name, r in names.items()}

    @cached_property
    def tail_lamp(self):
        return outlines.shape(self.details.tail_lamp, 0.03)

    @cached_property
    def blade(self):
        return outlines.line(self.details.blade, 0.03)

    @cached_property
    def running_light(self):
        return outlines.line(self.details.running_light, 0.05)

    def front(self, x, a):
        return a + (np.float32(self.foremost) - x)


def skin_of(form: Form, drawing: Drawing, x, y, z) -> Skin:
    """The skin at points of the body, (N,) each, metres."""
    a = np.abs(y)
    lower, cabin, mirror, rail = form.parts(x, y, z)
    kind = np.full(len(x), PAINT, np.uint8)
    out = Skin(kind, np.zeros(len(x), np.float32), drawing.front(x, a), z, np.ones_like(x))
    if rail is None:
        rail = np.full_like(x, 9)
    on_cabin = (cabin < lower) & (cabin < mirror) & (cabin < rail)
    _windows(out, np.flatnonzero(on_cabin), form, drawing, x, a, z, lower)
    on_lower = np.flatnonzero((lower <= cabin) & (lower < mirror) & (lower < rail))
    _side(out, on_lower, form, drawing, x, a, z)
    _front(out, on_lower, drawing, x, a, z)
    _rear(out, on_lower, drawing, x, a, z)
    _mirrors(out, np.flatnonzero((mirror < cabin) & (mirror < lower)), form, x, z)
    kind[(rail < mirror) & (rail < cabin) & (rail < lower)] = SATIN
    _underneath(out, form, x, a, z, lower)
    return out


def _windows(out: Skin, at, form: Form, drawing: Drawing, x, a, z, lower) -> None:
    x, a, z, lower = x[at], a[at], z[at], lower[at]
    details, soft = drawing.details, np.float32(0.045)
    side, top, _ = form.cabin_faces(x, a, z)
    foot = np.float32(0.022) - lower
    (x0, z0), (x1, z1) = details.pillar_line
    length = np.hypot(x1 - x0, z1 - z0)
    behind = ((z - z0) * (x1 - x0) - (x - x0) * (z1 - z0)) / np.float32(length)
    window = smooth_max(smooth_max(top + np.float32(0.078), foot, soft), behind, soft)
    header = np.float32(details.header) - (x + form.bow(x) * a * a)
    screen = smooth_max(
        smooth_max(side + np.float32(0.062), np.float32(0.035) - lower, soft), header, soft
    )
    on_side = side > top
    edge = np.where(on_side, window, screen)
    front = ~on_side & (x > details.header - 0.4)
    kind = np.full(len(at), PAINT, np.uint8)
    kind[on_side & (window < 0.013)] = CHROME
    kind[on_side & (window < 0.002)] = GLOSS
    kind[on_side & (window < -0.005)] = GLASS
    kind[on_side & (lower < 0.010) & (behind < 0.03)] = GLOSS
    kind[front & (screen < 0.008)] = GLOSS
    kind[front & (screen < -0.002)] = GLASS
    kind[front & (lower < 0.036) & (side < -0.03)] = MATTE
    for place, lean, half in details.posts:
        off = np.abs(x - np.float32(place) - np.float32(lean) * (z - 1)) - np.float32(half)
        kind[on_side & (window < -0.004) & (off < 0)] = GLOSS
        near = on_side & (window < -0.004) & (np.abs(off + 0.0) < 0.003)
        out.seam[at[near]] = 0.7
    out.kind[at] = kind
    out.edge[at] = edge


def _side(out: Skin, at, form: Form, drawing: Drawing, x, a, z) -> None:
    body, details = drawing.body, drawing.details
    x, a, z = x[at], a[at], z[at]
    kind, seam = out.kind[at], out.seam[at]
    side = a > 0.55
    for table in drawing.seams:
        seam = np.maximum(seam, np.where(side, _gap(table(x, z)), 0))
    flap = _rounded_square(x, z, details.fuel_flap, (0.085, 0.075), 0.03)
    seam = np.maximum(seam, np.where(side, _gap(np.abs(flap)) * 0.8, 0))
    on_hood = (x > 0.9) & (z > 0.62)
    seam = np.maximum(seam, np.where(on_hood, _gap(drawing.hood_seam(x, a)), 0))
    for hx, hz, lean in details.handles:
        grip = _rounded_square(
            x, z - np.float32(lean) * (x - np.float32(hx)), (hx, hz), (0.115, 0.0165), 0.0165
        )
        seam = np.maximum(seam, np.where(side, _gap(np.abs(grip)), 0))
        kind[side & (grip < 0) & (z - lean * (x - hx) < hz - 0.006)] = CHROME
    if drawing.sill_strip is not None:
        kind[side & (drawing.sill_strip(x, z) < 0.011)] = CHROME
    if details.cladding:
        kind[(z < details.cladding)] = MATTE
    reach = _from_axle(body, x, z) - np.float32(body.wheel_radius + ARCH_GAP)
    if details.arch_trim:
        kind[side & (reach < details.arch_trim)] = MATTE
        seam = np.maximum(seam, np.where(side, _gap(np.abs(reach - details.arch_trim)), 0))
    out.kind[at], out.seam[at] = kind, seam


def _front(out: Skin, at, drawing: Drawing, x, a, z) -> None:
    body, q = drawing.body, out.across
    at = at[x[at] > body.axle * 0.75]
    x, a, z, q = x[at], a[at], z[at], q[at]
    kind, edge = out.kind[at], out.edge[at]
    lamp, grille, intake, low = (
        drawing.shapes[name](q, z) for name in ("lamp", "grille", "intake", "lower_intake")
    )
    kind[z < body.clearance + 0.055] = MATTE
    kind[low < 0] = GRILLE
    kind[intake < 0] = POCKET
    kind[drawing.blade(q, z) < 0.007] = CHROME
    kind[grille < 0.013] = CHROME
    kind[grille < 0] = GRILLE
    plate = np.maximum(np.abs(q) - 0.25, np.abs(z - _plate_height(drawing)) - 0.075)
    kind[(plate < 0) & (grille < 0)] = PANEL
    kind[lamp < 0] = LAMP
    for shape in (intake, grille, lamp):
        edge = np.where(shape < 0, shape, edge)
    seam = np.maximum(_gap(drawing.bumper_seam(q, z)), _gap(np.abs(lamp)))
    out.kind[at], out.edge[at] = kind, edge
    out.seam[at] = np.maximum(out.seam[at], seam)


def _rear(out: Skin, at, drawing: Drawing, x, a, z) -> None:
    body = drawing.body
    at = at[x[at] < -body.axle * 0.75]
    x, a, z = x[at], a[at], z[at]
    q = a + x + np.float32(drawing.rearmost)
    tail = drawing.tail_lamp(q, z)
    kind = out.kind[at]
    kind[tail < 0] = TAIL
    skirt = body.clearance + 0.055 + 0.09 * smoothstep(body.axle + 0.40, body.axle + 0.60, -x)
    kind[z < skirt] = MATTE
    out.kind[at], out.across[at] = kind, q
    out.edge[at] = np.where(tail < 0, tail, out.edge[at])
    seam = np.maximum(_gap(np.abs(tail)), _gap(drawing.rear_seam(q, z)))
    out.seam[at] = np.maximum(out.seam[at], seam)


def _plate_height(drawing: Drawing) -> float:
    zs = [z for _, z in drawing.details.grille]
    return min(zs) + 0.095


def _mirrors(out: Skin, at, form: Form, x, z) -> None:
    _, _, middle = form.body.mirror
    out.kind[at[z[at] < middle - 0.028]] = GLOSS
    out.seam[at] = _gap(np.abs(z[at] - np.float32(middle - 0.028)))
    out.kind[at[z[at] < middle - 0.07]] = MATTE


def _underneath(out: Skin, form: Form, x, a, z, lower) -> None:
    body = form.body
    reach = _from_axle(body, x, z) - np.float32(body.wheel_radius + ARCH_GAP)
    out.kind[(reach < 0.03) & (lower < -0.009) & (a > body.half_width - ARCH_DEPTH - 0.02)] = LINER
    out.kind[z < body.clearance + 0.03] = MATTE


def _from_axle(body: Body, x, z):
    away = np.abs(np.abs(x) - np.float32(body.axle))
    return np.sqrt(away**2 + (z - np.float32(body.wheel_radius)) ** 2)


def _gap(distance):
    return 1 - smoothstep(SEAM * 0.4, SEAM * 1.6, distance)


def _rounded_square(x, z, middle, half, radius: float):
    dx = np.abs(x - np.float32(middle[0])) - np.float32(half[0] - radius)
    dz = np.abs(z - np.float32(middle[1])) - np.float32(half[1] - radius)
    outside = np.sqrt(np.maximum(dx, 0) ** 2 + np.maximum(dz, 0) ** 2)
    return outside + np.minimum(np.maximum(dx, dz), 0) - np.float32(radius)
