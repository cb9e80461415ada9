"""A body's surface as a distance field, built from its design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gallery.demo.vehicles.bodies import Body
from gallery.demo.vehicles.curves import Curve, Sheet, fair, sheet
from gallery.demo.vehicles.fields import (
    capsule,
    rounded_box,
    smooth_max,
    smooth_min,
    smoothstep,
)

ARCH_GAP = 0.036  # m between tyre and arch
ARCH_DEPTH = 0.30  # m from the side to the inner wall


@dataclass(frozen=True)
class Form:
    """The tables that the field reads; made once per body by `form_of`."""

    body: Body
    side: Sheet  # (x, z) -> half width of the lower body
    top: Curve
    top_norm: Curve
    crown: Curve
    nose: Curve
    tail: Curve
    roof: Curve
    roof_norm: Curve
    bow: Curve
    cabin_side: Sheet
    cabin_tail: Curve | None
    blend: Curve
    edge: Curve

    def parts(self, x, y, z):
        """The fields of lower body, cabin, mirrors and rails, in that order; metres."""
        a = np.abs(y)
        return self.lower(x, a, z), self.cabin(x, a, z), self.mirror(x, a, z), self.rail(x, a, z)

    def field(self, x, y, z):
        """Distance to the body without its wheels, metres, negative inside."""
        lower, cabin, mirror, rail = self.parts(x, y, z)
        shell = np.minimum(smooth_min(lower, cabin, self.blend(x)), mirror)
        if rail is not None:
            shell = np.minimum(shell, rail)
        return self._with_arches(shell, x, np.abs(y), z)

    def lower(self, x, a, z):
        body, square = self.body, a * a
        side = (a - self.side(x, z)) * np.float32(0.95)
        front = (x - self.nose(z) + body.nose_sweep * square) * np.float32(0.82)
        rear = (-x - self.tail(z) + body.tail_sweep * square) * np.float32(0.88)
        top = (z - self.top(x) + self.crown(x) * square * np.float32(1.3)) * self.top_norm(x)
        field = smooth_max(side, front, np.float32(0.30))
        field = smooth_max(field, rear, np.float32(0.26))
        field = smooth_max(field, top, self.edge(x))
        return smooth_max(field, np.float32(body.clearance) - z, np.float32(0.06))

    def cabin_faces(self, x, a, z):
        """The cabin's flat fields: side, top and rear (None where the roof runs out)."""
        square = a * a
        side = (a - self.cabin_side(x, z)) * np.float32(0.92)
        bowed = x + self.bow(x) * square
        top = (z - self.roof(bowed) + np.float32(0.045) * square) * self.roof_norm(bowed)
        if self.cabin_tail is None:
            return side, top, None
        rear = (-x - self.cabin_tail(z) + np.float32(0.16) * square) * np.float32(0.92)
        return side, top, rear

    def cabin(self, x, a, z):
        side, top, rear = self.cabin_faces(x, a, z)
        field = smooth_max(side, top, np.float32(0.11))
        if rear is not None:
            field = smooth_max(field, rear, np.float32(0.10))
        return smooth_max(field, np.float32(0.5) - z, np.float32(0.02))

    def mirror(self, x, a, z):
        mx, my, mz = self.body.mirror
        away = (x - np.float32(mx)) ** 2 + (a - np.float32(my)) ** 2 + (z - np.float32(mz)) ** 2
        out = np.sqrt(away) - np.float32(0.30)  # a ball that holds it, good enough from afar
        near = np.flatnonzero(out < 0.45)
        out[near] = self._near_mirror(x[near], a[near], z[near])
        return out

    def _near_mirror(self, x, a, z):
        mx, my, mz = self.body.mirror
        # Swept back outwards, and thinner towards its foot.
        dx = x - np.float32(mx) + np.float32(0.30) * (a - np.float32(my))
        rise = (z - np.float32(mz)) * (1 + np.float32(0.9) * (a - np.float32(my)))
        shell = rounded_box(dx, a - np.float32(my), rise, (0.085, 0.125, 0.076), 0.062)
        arm = capsule(x, a, z, (mx + 0.02, my - 0.2, mz - 0.10), (mx, my - 0.04, mz - 0.05), 0.022)
        return smooth_min(shell, arm, np.float32(0.03))

    def rail(self, x, a, z):
        if not self.body.rails:
            return None
        start, end, out, lift = self.body.rails
        height = z - self.roof(x) - np.float32(lift)
        middle, half = (start + end) / 2, (end - start) / 2
        along = np.maximum(np.abs(x - np.float32(middle)) - np.float32(half), 0)
        sink = np.float32(6.0) * np.maximum(np.abs(x - np.float32(middle)) - half + 0.14, 0) ** 2
        rod = np.sqrt(along**2 + (a - np.float32(out)) ** 2 + (height + sink) ** 2)
        return (rod - np.float32(0.015)) * np.float32(0.5)

    def _with_arches(self, shell, x, a, z):
        body = self.body
        away = np.abs(np.abs(x) - np.float32(body.axle))
        reach = np.sqrt(away**2 + (z - np.float32(body.wheel_radius)) ** 2)
        hollow = reach - np.float32(body.wheel_radius + ARCH_GAP)
        hollow = np.maximum(hollow, np.float32(body.half_width - ARCH_DEPTH) - a)
        return smooth_max(shell, -hollow, np.float32(0.022))

    def normal(self, x, y, z, step: float = 0.003):
        """Outward unit normals, (3, N), from four points `step` metres around each (a tetrahedron:
        https://iquilezles.org/articles/normalsSDF/)."""
        vector = np.zeros((3, len(x)), np.float32)
        for corner in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)):
            dx, dy, dz = (np.float32(step * sign) for sign in corner)
            vector += np.array(corner, np.float32)[:, None] * self.field(x + dx, y + dy, z + dz)
        return vector / np.maximum(np.sqrt((vector**2).sum(axis=0)), 1e-9)


def form_of(body: Body) -> Form:
    """The field of a design."""
    top, roof = fair(body.top, 0.06), fair(body.roof, 0.06)
    nose = fair(body.nose, 0.03)
    tail = fair(body.tail, 0.03)
    windscreen = 1.2
    bow = ((-2.4, -0.16), (-1.2, -0.14), (-0.6, 0.0), (0.0, 0.10), (0.4, 0.26), (windscreen, 0.30))
    edge = ((-2.4, 0.14), (-1.4, 0.10), (0.8, 0.10), (1.2, 0.16), (2.2, 0.16))
    return Form(
        body=body,
        side=sheet(_side(body)).blurred(1.2),
        top=top,
        top_norm=_norm(top),
        crown=fair(body.crown, 0.1),
        nose=nose,
        tail=tail,
        roof=roof,
        roof_norm=_norm(roof),
        bow=fair(bow, 0.2),
        cabin_side=sheet(_cabin_side(body)),
        cabin_tail=fair(body.cabin_tail, 0.025) if body.cabin_tail else None,
        blend=fair(body.pillar_blend, 0.08),
        edge=fair(edge, 0.1),
    )


def _norm(curve: Curve) -> Curve:
    return Curve((1 / np.sqrt(1 + curve.slope().table ** 2)).astype(np.float32))


def _side(body: Body):
    plan, section = fair(body.plan, 0.12), fair(body.section, 0.03)
    shoulder, sculpt = fair(body.shoulder, 0.2), fair(body.sculpt, 0.2)

    def width(x, z):
        away = np.abs(np.abs(x) - body.axle)
        reach = np.sqrt(away**2 + (z - body.wheel_radius) ** 2)
        arch = body.wheel_radius + ARCH_GAP
        flare = body.flare * np.exp(-(((reach - arch) / 0.11) ** 2))
        over = z - shoulder(x)
        soft = np.sqrt(over**2 + 0.014**2) - 0.014
        # Above the crease the side turns in quickly, below it falls away as a shallow hollow.
        ridge = body.shoulder_depth * np.exp(-soft / np.where(over > 0, 0.05, 0.12))
        between = np.clip(1 - np.abs(x / (body.axle - arch + 0.1)) ** 4, 0, 1) ** 2
        between = between * smoothstep(0.28, 0.42, z)
        hollow = body.sculpt_depth * np.exp(-(((z - sculpt(x)) / 0.13) ** 2)) * between
        return plan(x) * body.half_width + section(z) + flare + ridge - hollow

    return width


def _cabin_side(body: Body):
    belt, width = fair(body.top, 0.06), fair(body.belt_width, 0.12)
    straight, square = body.tumblehome

    def inner(x, z):
        over = z - belt(np.clip(x, -2.0, 0.9))
        # Below the belt it draws in again, so that it stays inside the body.
        return width(x) - straight * np.abs(over) - square * np.maximum(over, 0) * over

    return inner
