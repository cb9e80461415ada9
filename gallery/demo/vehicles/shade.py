"""Light on every material: from a view, a light and a paint to linear RGB."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gallery.demo.vehicles import cabin, skin, wheels
from gallery.demo.vehicles.fields import smoothstep
from gallery.demo.vehicles.light import Light, ggx, irradiance, radiance, schlick
from gallery.demo.vehicles.paint import Paint
from gallery.demo.vehicles.view import View


@dataclass
class Lit:
    """A view in one light: what no paint changes. All (3, N) linear RGB, or (N,)."""

    view: View
    light: Light
    diffuse: np.ndarray
    sharp: np.ndarray
    soft: np.ndarray
    facing: np.ndarray
    glint: np.ndarray
    fixed: np.ndarray  # finished radiance of everything but paint
    emitted: np.ndarray


def lit(view: View, light: Light, mirrored: bool) -> Lit:
    """Everything but the paint. mirrored: the car will be shown with its nose to the left."""
    frame = _Frame(view, mirrored)
    # At the very edge a mirror would shine like a halo on a darker street.
    facing = np.clip(-(view.to * view.normals).sum(axis=0), 0.24, 1)
    mirror = view.to - 2 * (view.to * view.normals).sum(axis=0) * view.normals
    hidden = 1 - view.mirrored
    sharp = frame.around(light, view.points, mirror, 0.0) * (1 - 0.92 * hidden)
    soft = frame.around(light, view.points, mirror, 0.20) * (1 - 0.8 * hidden)
    diffuse = _diffuse(view, light, frame)
    key = np.array(light.key, np.float32) / np.linalg.norm(light.key)
    half = key[:, None] - frame.turned(view.to)
    half /= np.sqrt((half**2).sum(axis=0))
    cosine = np.clip((half * frame.turned(view.normals)).sum(axis=0), 0, 1)
    glint = ggx(cosine, 0.16).astype(np.float32) * view.ambient * np.float32(0.05)
    out = Lit(
        view, light, diffuse, sharp, soft, facing, glint, np.zeros_like(sharp), np.zeros_like(sharp)
    )
    for kind, material in MATERIALS.items():
        at = np.flatnonzero(view.kind == kind)
        if len(at):
            material(out, at, frame)
    return out


def painted(scene: Lit, paint: Paint) -> np.ndarray:
    """(3, N) linear RGB of the whole car in that paint: base coat, flakes, clear coat, seams."""
    view = scene.view
    out = scene.fixed.copy()
    at = np.flatnonzero(view.kind == skin.PAINT)
    colour = paint.linear[:, None]
    base = colour * scene.diffuse[:, at] * np.float32(1 - 0.75 * paint.flakes)
    key = np.array(scene.light.key_colour, np.float32)[:, None]
    metal = colour ** np.float32(0.92) * np.float32(paint.flakes)
    base += metal * (0.95 * scene.soft[:, at] + key * scene.glint[at])
    coat = schlick(scene.facing[at], 0.07)
    out[:, at] = base * (1 - coat) + scene.sharp[:, at] * coat
    out *= 1 - np.float32(0.86) * view.seam
    return out + scene.emitted


class _Frame:
    """Turns the car's frame into the viewer's, and knows the ground."""

    def __init__(self, view: View, mirrored: bool):
        self.view = view
        _, right, _, _ = view.camera.axes()
        self.mirrored = mirrored
        self.right = (-right if mirrored else right).astype(np.float32)
        turn = np.radians(view.camera.turn)
        self.back = np.array([np.sin(turn), np.cos(turn), 0], np.float32)

    def turned(self, vectors):
        return np.stack([self.right @ vectors, vectors[2], self.back @ vectors])

    def around(self, light: Light, points, direction, blur: float):
        """What a ray meets that leaves the car: sky, skyline, or the ground with its shadow."""
        ray = self.turned(direction)
        sky = radiance(light, ray, blur, self.mirrored)
        down = np.minimum(direction[2], np.float32(-0.004))
        reach = np.minimum(points[2] / -down, 60)
        x, y = points[0] + direction[0] * reach, points[1] + direction[1] * reach
        bright = self.ground_light(x, y, blur)
        far = smoothstep(3.0, 45.0, reach)
        ground = np.array(light.ground, np.float32)[:, None] * bright
        haze = 0.25 * np.array(light.horizon, np.float32)[:, None]
        ground = ground * (1 - 0.5 * far) + haze * (0.5 * far)
        edge = np.float32(0.008 + 0.8 * blur)
        share = smoothstep(-edge, edge, -direction[2])
        return sky * (1 - share) + ground * share

    def ground_light(self, x, y, blur: float):
        """How much light the ground has at (x, y), beside and under the car; 0 to 1.2."""
        body = self.view.form.body
        dx = np.maximum(np.abs(x) - np.float32(body.axle + 0.75), 0)
        dy = np.maximum(np.abs(y) - np.float32(body.half_width - 0.12), 0)
        away = np.sqrt(dx * dx + dy * dy)
        return 0.08 + 1.05 * smoothstep(-0.05, 0.9 + blur, away)


def _diffuse(view: View, light: Light, frame: _Frame):
    sky = irradiance(light, frame.turned(view.normals))
    below = np.clip(0.5 - 0.5 * view.normals[2], 0, 1)
    near = smoothstep(0.05, 0.9, view.points[2])
    ground = np.array(light.ground, np.float32)[:, None] * (below * (0.25 + 0.75 * near)) * 0.9
    shade = 0.30 + 0.70 * smoothstep(0.10, 0.75, view.points[2])
    return (sky * shade + ground) * (0.15 + 0.85 * view.ambient**1.2)


def _plain(albedo, shine: float, f0: float = 0.04, blurred: bool = True):
    """A material with a diffuse colour and a reflection, soft or sharp."""
    colour = np.array(albedo, np.float32).reshape(-1, 1)

    def material(scene: Lit, at, frame):
        coat = schlick(scene.facing[at], f0) * np.float32(shine)
        around = (scene.soft if blurred else scene.sharp)[:, at]
        scene.fixed[:, at] = colour * scene.diffuse[:, at] * (1 - coat) + around * coat

    return material


def _metal(colour, blur_share: float, glint: float = 0.3):
    tint = np.array(colour, np.float32).reshape(-1, 1)

    def material(scene: Lit, at, frame):
        around = scene.soft[:, at] * blur_share + scene.sharp[:, at] * (1 - blur_share)
        key = np.array(scene.light.key_colour, np.float32)[:, None]
        rim = schlick(scene.facing[at], 0.0) * 0.4
        body = around * (tint + (1 - tint) * rim) * (0.35 + 0.65 * scene.view.ambient[at])
        scene.fixed[:, at] = body + tint * (
            0.22 * scene.diffuse[:, at] + key * glint * scene.glint[at]
        )

    return material


def _glass(scene: Lit, at, frame):
    view, light = scene.view, scene.light
    driver = 1.0 if frame.mirrored else -1.0
    inside = cabin.look_in(
        view.form, view.drawing.details, view.points[:, at], view.to[:, at], driver
    )
    beyond = radiance(light, frame.turned(view.to[:, at]), 0.25, frame.mirrored)
    tint = np.array((0.40, 0.44, 0.44), np.float32)[:, None]
    room = np.array(light.horizon, np.float32)[:, None] * 0.45 + 0.03
    glass = tint * (room * inside.tone * 0.55 + 0.30 * beyond * inside.through)
    edge = smoothstep(-0.030, -0.006, view.edge[at])
    coat = schlick(scene.facing[at], 0.10)
    scene.fixed[:, at] = glass * (1 - coat) * (1 - 0.75 * edge) + scene.sharp[:, at] * coat


def _deeper(view: View, at, depth: float):
    """(q, z) of what lies `depth` metres below the surface, along the line of sight."""
    normals, to = view.normals[:, at], view.to[:, at]
    facing = np.clip(-(to * normals).sum(axis=0), 0.3, 1)
    shift = to * (np.float32(depth) / facing)
    sign = np.where(view.points[0, at] > 0, -1, 1)
    q = view.across[at] + np.sign(view.points[1, at]) * shift[1] + sign * shift[0]
    return q, view.up[at] + shift[2]


def _lamp(scene: Lit, at, frame):
    view, light = scene.view, scene.light
    details = view.drawing.details
    q, z = _deeper(view, at, 0.035)
    inner = view.drawing.shapes["lamp"](q, z)
    ribs = 0.5 + 0.5 * np.sin(z * 700)
    tone = 0.018 + 0.03 * ribs * smoothstep(0.0, -0.02, inner)
    colour = np.broadcast_to(tone, (3, len(at))).copy()
    glow = np.zeros(len(at), np.float32)
    for eye_q, eye_z in details.lamp_eyes:
        dq, dz = (q - np.float32(eye_q)) * 0.85, z - np.float32(eye_z)
        size = details.eye_size
        far = (dq**4 + dz**4) ** 0.25  # rounded squares
        ring = smoothstep(size + 0.004, size, far) * smoothstep(size - 0.007, size - 0.003, far)
        lens = smoothstep(size - 0.006, size - 0.009, far)
        spark = np.exp(-(((dq + 0.008) / 0.006) ** 2 + ((dz - 0.009) / 0.005) ** 2))
        shine = 0.10 + 0.30 * smoothstep(-size, size, dz) + 0.9 * spark
        colour = colour * (1 - ring) + 0.55 * ring
        colour = colour * (1 - lens) + np.array((0.75, 0.85, 1.0))[:, None] * shine * lens
        glow += lens * np.float32(max(0.0, light.lamps_lit - 0.7))
    line = view.drawing.running_light(*_deeper(view, at, 0.012))
    strip = 1 - smoothstep(0.0045, 0.0075, line)
    colour = colour * (1 - strip)
    coat = schlick(scene.facing[at], 0.05)
    dim = 0.35 + 0.65 * np.array(light.horizon, np.float32)[:, None].clip(0, 1)
    scene.fixed[:, at] = colour * dim * (1 - coat) + scene.sharp[:, at] * coat
    white = np.array((1.0, 1.0, 1.02), np.float32)[:, None]
    lit_up = strip * np.float32(0.75 + 0.7 * light.lamps_lit) + 1.2 * glow
    scene.emitted[:, at] = white * lit_up


def _tail(scene: Lit, at, frame):
    view, light = scene.view, scene.light
    _, z = _deeper(view, at, 0.02)
    inner = view.edge[at]
    rows = smoothstep(0.2, 0.6, np.abs(np.sin(z * 130)))
    red = np.array((0.42, 0.008, 0.012), np.float32)[:, None] * (0.35 + 0.65 * rows)
    strip = smoothstep(-0.020, -0.016, inner) * smoothstep(-0.006, -0.010, inner)
    coat = schlick(scene.facing[at], 0.05)
    scene.fixed[:, at] = red * scene.diffuse[:, at] * (1 - coat) + scene.sharp[:, at] * coat
    power = np.float32(0.15 + 0.75 * light.lamps_lit)
    scene.emitted[:, at] = np.array((1.0, 0.03, 0.03), np.float32)[:, None] * (strip * power)


def _grille(scene: Lit, at, frame):
    view = scene.view
    q, z = _deeper(view, at, 0.015)
    bars = GRILLES[view.drawing.details.grille_bars](q, z)
    bright = scene.soft[:, at] * 0.55 + scene.diffuse[:, at] * 0.08
    dark = scene.diffuse[:, at] * 0.012
    rim = 1 - 0.7 * smoothstep(-0.03, -0.004, view.edge[at])
    scene.fixed[:, at] = dark * (1 - bars) + bright * bars * rim


def _pocket(scene: Lit, at, frame):
    """A dark hollow with fins across it."""
    view = scene.view
    _, z = _deeper(view, at, 0.04)
    v = z / 0.034
    fins = smoothstep(0.30, 0.42, np.abs(v - np.floor(v) - 0.5))
    depth = smoothstep(0.0, -0.05, view.edge[at])
    tone = (0.004 + 0.030 * fins * depth) * scene.diffuse[:, at]
    rim = scene.soft[:, at] * (0.10 * smoothstep(-0.016, -0.002, view.edge[at]))
    scene.fixed[:, at] = tone + rim + scene.soft[:, at] * (0.02 * fins * depth)


def _net(q, z):
    u, v = q / 0.046, z / 0.030
    row = np.floor(v)
    u = u + 0.5 * (row % 2)
    du, dv = np.abs(u - np.floor(u) - 0.5), np.abs(v - row - 0.5)
    return smoothstep(0.62, 0.70, du * 1.1 + dv) * 0.75


def _across(q, z):
    v = z / 0.052
    dv = np.abs(v - np.floor(v) - 0.5)
    upright = np.abs(np.abs(q) / 0.15 - np.floor(np.abs(q) / 0.15) - 0.5)
    return np.maximum(smoothstep(0.30, 0.36, dv) * 0.9, 0.35 * smoothstep(0.46, 0.48, upright))


def _upright(q, z):
    u = q / 0.040
    du = np.abs(u - np.floor(u) - 0.5)
    return smoothstep(0.26, 0.34, du) * 0.9


GRILLES = {"net": _net, "across": _across, "upright": _upright}
MATERIALS = {
    wheels.TYRE: _plain((0.020, 0.020, 0.021), 0.55),
    wheels.RIM_FACE: _metal((0.74, 0.75, 0.77), 0.6, 0.6),
    wheels.RIM_SIDE: _metal((0.10, 0.10, 0.11), 0.7),
    wheels.DISC: _metal((0.26, 0.26, 0.27), 0.9),
    wheels.CALIPER: _plain((0.06, 0.062, 0.066), 0.8),
    wheels.DARK: _plain((0.006, 0.006, 0.006), 0.1),
    skin.GLASS: _glass,
    skin.POCKET: _pocket,
    skin.GLOSS: _plain((0.010, 0.010, 0.011), 1.0, 0.05, blurred=False),
    skin.MATTE: _plain((0.026, 0.026, 0.027), 0.5),
    skin.CHROME: _metal((0.66, 0.67, 0.69), 0.15, 0.2),
    skin.SATIN: _metal((0.20, 0.20, 0.21), 0.6, 0.3),
    skin.LAMP: _lamp,
    skin.TAIL: _tail,
    skin.GRILLE: _grille,
    skin.LINER: _plain((0.004, 0.004, 0.004), 0.0),
    skin.PANEL: _plain((0.018, 0.018, 0.019), 0.6),
}
