// The mask: one byte a pixel, 255 is repainted. Pure numbers; knows no canvas and no pointer.
// A box is [left, top, right, bottom], right and bottom outside. A brush lays on the larger of what
// is there and its own, so soft edges stay soft however often they are crossed; an eraser takes
// away each time, or it would leave a rim of what was painted as softly as it wipes.

const BLUR_PASSES = 3; // three box blurs are as good as a Gaussian
const FAINTEST = 8; // what is nowhere brighter counts as empty, as on the server

export class Mask {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.levels = new Uint8Array(width * height);
  }

  get all() {
    return [0, 0, this.width, this.height];
  }

  // The share of the picture that is repainted, 0 to 1; 0 only where nothing is.
  share() {
    let sum = 0;
    let most = 0;
    for (const level of this.levels) {
      sum += level;
      if (level > most) most = level;
    }
    return most < FAINTEST ? 0 : sum / 255 / this.levels.length;
  }

  // A round brush drawn from one point to another. Hardness 0 to 1 is the share of full colour.
  stroke(from, to, { radius, hardness, erases }) {
    const box = this.clip([
      Math.min(from.x, to.x) - radius, Math.min(from.y, to.y) - radius,
      Math.max(from.x, to.x) + radius + 1, Math.max(from.y, to.y) + radius + 1,
    ]);
    const [left, top, right, bottom] = box;
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    const long = dx * dx + dy * dy;
    // A pixel of softness at least, or the edge is a staircase.
    const core = Math.max(0, Math.min(radius * hardness, radius - 1));
    for (let y = top; y < bottom; y++) {
      const py = y + 0.5 - from.y;
      const [start, end] = reach(py, dy, radius);
      const near = from.x + Math.min(start * dx, end * dx) - radius;
      const far = from.x + Math.max(start * dx, end * dx) + radius + 1;
      const last = Math.min(right, Math.ceil(far));
      for (let x = Math.max(left, Math.floor(near)); x < last; x++) {
        const px = x + 0.5 - from.x;
        const t = long ? Math.min(1, Math.max(0, (px * dx + py * dy) / long)) : 0;
        const ax = px - t * dx;
        const ay = py - t * dy;
        const away = Math.sqrt(ax * ax + ay * ay);
        if (away < radius) this.lay(y * this.width + x, cover(away, core, radius), erases);
      }
    }
    return box;
  }

  rectangle(from, to, { erases }) {
    const box = this.clip([
      Math.round(Math.min(from.x, to.x)), Math.round(Math.min(from.y, to.y)),
      Math.round(Math.max(from.x, to.x)), Math.round(Math.max(from.y, to.y)),
    ]);
    const [left, top, right, bottom] = box;
    for (let y = top; y < bottom; y++) {
      this.levels.fill(erases ? 0 : 255, y * this.width + left, y * this.width + Math.max(left, right));
    }
    return box;
  }

  // What lies inside a closed line. Where it crosses itself, all of it is inside.
  lasso(points, { erases }) {
    const xs = points.map((point) => point.x);
    const ys = points.map((point) => point.y);
    const box = this.clip([Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1]);
    for (let y = box[1]; y < box[3]; y++) {
      const crossings = crossed(points, y + 0.5);
      let winding = 0;
      for (let i = 0; i + 1 < crossings.length; i++) {
        winding += crossings[i].turn;
        if (!winding) continue;
        const start = Math.max(box[0], Math.round(crossings[i].x));
        const end = Math.min(box[2], Math.round(crossings[i + 1].x));
        if (end > start) this.levels.fill(erases ? 0 : 255, y * this.width + start, y * this.width + end);
      }
    }
    return box;
  }

  invert() {
    for (let i = 0; i < this.levels.length; i++) this.levels[i] = 255 - this.levels[i];
    return this.all;
  }

  clear() {
    this.levels.fill(0);
    return this.all;
  }

  // Edges that fade over about `radius` pixels to both sides. At the border nothing fades.
  feather(radius) {
    const reach = Math.max(1, Math.round(radius / BLUR_PASSES));
    const spare = new Uint8Array(this.levels.length);
    for (let pass = 0; pass < BLUR_PASSES; pass++) {
      blur(this.levels, spare, this.height, this.width, this.width, 1, reach);
      blur(spare, this.levels, this.width, this.height, 1, this.width, reach);
    }
    return this.all;
  }

  lay(at, level, erases) {
    if (erases) {
      this.levels[at] = (this.levels[at] * (255 - level)) / 255;
    } else if (level > this.levels[at]) {
      this.levels[at] = level;
    }
  }

  clip([left, top, right, bottom]) {
    return [
      Math.min(this.width, Math.max(0, Math.floor(left))),
      Math.min(this.height, Math.max(0, Math.floor(top))),
      Math.max(0, Math.min(this.width, Math.ceil(right))),
      Math.max(0, Math.min(this.height, Math.ceil(bottom))),
    ];
  }
}

export function joined(one, other) {
  if (!one) return other;
  return [
    Math.min(one[0], other[0]), Math.min(one[1], other[1]),
    Math.max(one[2], other[2]), Math.max(one[3], other[3]),
  ];
}

// Which part of a line, 0 to 1, comes within `radius` of a row.
function reach(py, dy, radius) {
  if (Math.abs(dy) < 1e-6) return [0, 1];
  const one = (py - radius) / dy;
  const other = (py + radius) / dy;
  const clamp = (t) => Math.min(1, Math.max(0, t));
  return [clamp(Math.min(one, other)), clamp(Math.max(one, other))];
}

function cover(away, core, radius) {
  if (away <= core) return 255;
  const t = (radius - away) / (radius - core);
  return Math.round(255 * t * t * (3 - 2 * t));
}

function crossed(points, y) {
  const crossings = [];
  points.forEach((from, i) => {
    const to = points[(i + 1) % points.length];
    if (from.y <= y === to.y <= y) return;
    const x = from.x + ((y - from.y) / (to.y - from.y)) * (to.x - from.x);
    crossings.push({ x, turn: to.y > from.y ? 1 : -1 });
  });
  return crossings.sort((one, other) => one.x - other.x);
}

// A running mean along lines that are `stride` apart and whose pixels are `step` apart.
function blur(source, target, lines, length, stride, step, reach) {
  const width = 2 * reach + 1;
  for (let line = 0; line < lines; line++) {
    const start = line * stride;
    const end = start + (length - 1) * step;
    let sum = source[start] * reach;
    for (let i = 0; i <= reach; i++) sum += source[Math.min(end, start + i * step)];
    for (let i = 0; i < length; i++) {
      target[start + i * step] = Math.round(sum / width);
      const gone = Math.max(start, start + (i - reach) * step);
      const come = Math.min(end, start + (i + reach + 1) * step);
      sum += source[come] - source[gone];
    }
  }
}
