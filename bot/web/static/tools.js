// Turns points on the picture into strokes and shapes: begin, move, end or cancel. Knows no pointer.

import { joined } from "./mask.js";

const LEAST_MOVE = 0.15; // of the radius: nearer points would paint the same again

export class Tools {
  constructor(easel) {
    this.easel = easel; // mask, history, sheet, and brush() with the sliders' values
    this.name = "brush";
    this.points = null;
    this.box = null;
  }

  get isRound() {
    return this.name === "brush" || this.name === "eraser";
  }

  get isBusy() {
    return this.points !== null;
  }

  begin(point, { erases = false } = {}) {
    this.points = [point];
    this.erases = erases || this.name === "eraser";
    this.box = null;
    if (this.isRound) this.along(point, point);
  }

  move(point) {
    const last = this.points.at(-1);
    if (this.isRound) {
      const { radius } = this.easel.brush();
      if (Math.hypot(point.x - last.x, point.y - last.y) < radius * LEAST_MOVE) return;
      this.along(last, point);
      this.points = [point];
    } else if (this.name === "rectangle") {
      this.points = [this.points[0], point];
    } else if (Math.hypot(point.x - last.x, point.y - last.y) >= 1) {
      this.points.push(point);
    }
  }

  // Whether anything was changed.
  end() {
    const { mask, history, sheet } = this.easel;
    const points = this.points;
    const how = { erases: this.erases };
    this.points = null;
    if (!this.isRound && points.length < 2) return false;
    if (this.name === "rectangle") this.box = mask.rectangle(points[0], points[1], how);
    if (this.name === "lasso") this.box = mask.lasso(points, how);
    const box = this.box;
    this.box = null;
    sheet.show(box);
    return history.keep(box);
  }

  // What was begun and not ended never happened.
  cancel() {
    const box = this.box;
    this.points = null;
    this.box = null;
    if (!box) return;
    this.easel.history.drop(box);
    this.easel.sheet.show(box);
  }

  // The corners of what is being drawn, for the outline.
  outline() {
    if (!this.points || this.isRound) return [];
    if (this.name === "lasso" || this.points.length < 2) return this.points;
    const [one, other] = this.points;
    return [one, { x: other.x, y: one.y }, other, { x: one.x, y: other.y }];
  }

  along(from, to) {
    const { mask, sheet, brush } = this.easel;
    const box = mask.stroke(from, to, { ...brush(), erases: this.erases });
    this.box = joined(this.box, box);
    sheet.show(box);
  }
}
