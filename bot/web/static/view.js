// Where the picture lies on the stage: zoom and pan, as one CSS transform. Paints nothing.

const MARGIN_PX = 12;
const MOST = 24; // screen pixels a picture pixel
const STAYS_PX = 48; // of the picture, always in sight

export class View {
  constructor(stage, world, width, height) {
    this.stage = stage;
    this.world = world;
    this.width = width;
    this.height = height;
    this.listeners = [];
    world.style.width = `${width}px`;
    world.style.height = `${height}px`;
    this.fit();
    new ResizeObserver(() => (this.fitted ? this.fit() : this.place())).observe(stage);
  }

  fit() {
    const across = (this.stage.clientWidth - 2 * MARGIN_PX) / this.width;
    const down = (this.stage.clientHeight - 2 * MARGIN_PX) / this.height;
    this.scale = Math.max(0.001, Math.min(across, down, MOST));
    this.least = this.scale / 4;
    this.x = (this.stage.clientWidth - this.width * this.scale) / 2;
    this.y = (this.stage.clientHeight - this.height * this.scale) / 2;
    this.fitted = true;
    this.place();
  }

  // Zoom so that what is at this point of the stage stays there.
  zoom(factor, at = this.middle()) {
    const scale = Math.min(MOST, Math.max(this.least, this.scale * factor));
    this.x = at.x - ((at.x - this.x) * scale) / this.scale;
    this.y = at.y - ((at.y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.fitted = false;
    this.place();
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.fitted = false;
    this.place();
  }

  middle() {
    return { x: this.stage.clientWidth / 2, y: this.stage.clientHeight / 2 };
  }

  // From a point of the window to one of the stage, and from there to the picture's pixels.
  onStage(event) {
    const box = this.stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  toPicture(point) {
    return { x: (point.x - this.x) / this.scale, y: (point.y - this.y) / this.scale };
  }

  toStage(point) {
    return { x: point.x * this.scale + this.x, y: point.y * this.scale + this.y };
  }

  place() {
    const wide = this.width * this.scale;
    const high = this.height * this.scale;
    this.x = Math.min(this.stage.clientWidth - STAYS_PX, Math.max(STAYS_PX - wide, this.x));
    this.y = Math.min(this.stage.clientHeight - STAYS_PX, Math.max(STAYS_PX - high, this.y));
    this.world.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.listeners.forEach((listener) => listener());
  }
}
