// Undo and redo, in bounded memory: what a step changed is kept as it was, cut to its box.

const MOST_BYTES = 64 * 1024 * 1024;

export class History {
  constructor(mask) {
    this.mask = mask;
    this.before = mask.levels.slice();
    this.undone = [];
    this.done = [];
    this.bytes = 0;
  }

  // What was painted in the box since the last step is a step.
  keep(box) {
    const patch = { box, levels: cut(this.before, this.mask.width, box) };
    if (same(patch.levels, cut(this.mask.levels, this.mask.width, box))) return false;
    this.done.push(patch);
    this.bytes += patch.levels.length;
    this.undone.forEach((one) => (this.bytes -= one.levels.length));
    this.undone = [];
    while (this.bytes > MOST_BYTES && this.done.length > 1) {
      this.bytes -= this.done.shift().levels.length;
    }
    this.settle(box);
    return true;
  }

  // What was painted in the box since the last step never happened.
  drop(box) {
    paste(this.mask.levels, this.mask.width, box, cut(this.before, this.mask.width, box));
  }

  undo() {
    return this.swap(this.done, this.undone);
  }

  redo() {
    return this.swap(this.undone, this.done);
  }

  swap(from, to) {
    const patch = from.pop();
    if (!patch) return null;
    to.push({ box: patch.box, levels: cut(this.mask.levels, this.mask.width, patch.box) });
    paste(this.mask.levels, this.mask.width, patch.box, patch.levels);
    this.settle(patch.box);
    return patch.box;
  }

  settle(box) {
    paste(this.before, this.mask.width, box, cut(this.mask.levels, this.mask.width, box));
  }
}

function cut(levels, width, [left, top, right, bottom]) {
  const across = Math.max(0, right - left);
  const piece = new Uint8Array(across * Math.max(0, bottom - top));
  for (let y = top; y < bottom; y++) {
    piece.set(levels.subarray(y * width + left, y * width + left + across), (y - top) * across);
  }
  return piece;
}

function paste(levels, width, [left, top, right, bottom], piece) {
  const across = right - left;
  for (let y = top; y < bottom; y++) {
    levels.set(piece.subarray((y - top) * across, (y - top + 1) * across), y * width + left);
  }
}

function same(one, other) {
  return one.every((level, i) => level === other[i]);
}
