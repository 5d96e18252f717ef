// Shows the mask over the picture: pink and striped, to be seen on any colour. Changes no mask.

const PINK = [255, 45, 140];
const STRIPES = [176, 112]; // how opaque, of 255
const STRIPES_ACROSS = 48;

export class Sheet {
  constructor(canvas, mask) {
    canvas.width = mask.width;
    canvas.height = mask.height;
    this.paper = canvas.getContext("2d");
    this.mask = mask;
    this.period = Math.max(4, Math.round(Math.max(mask.width, mask.height) / STRIPES_ACROSS / 2));
  }

  show([left, top, right, bottom]) {
    if (right <= left || bottom <= top) return;
    const piece = this.paper.createImageData(right - left, bottom - top);
    const bytes = piece.data;
    let at = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++, at += 4) {
        const level = this.mask.levels[y * this.mask.width + x];
        if (!level) continue;
        const stripe = STRIPES[(((x + y) / this.period) | 0) & 1];
        bytes[at] = PINK[0];
        bytes[at + 1] = PINK[1];
        bytes[at + 2] = PINK[2];
        bytes[at + 3] = (level * stripe) / 255;
      }
    }
    this.paper.putImageData(piece, left, top);
  }
}
