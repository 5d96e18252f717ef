// Mouse, pen and touch on the stage: one finger paints, two zoom and move. Paints nothing itself.

const WHEEL_STEP = 0.0015;
const LINE_PX = 16;

export function follow(stage, { view, tools, hand, onMove, onEnd }) {
  const down = new Map();
  let mode = null; // "paint", "pan", "pinch", or "rest" until every finger is up
  let penSeen = false;
  let pinch = null;

  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button > 1) return;
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    penSeen ||= event.pointerType === "pen";
    const point = view.onStage(event);
    down.set(event.pointerId, point);
    if (down.size > 1) {
      tools.cancel();
      mode = down.size === 2 ? "pinch" : "rest";
      pinch = spread(down);
    } else if (hand.isOpen || event.button === 1 || (penSeen && event.pointerType === "touch")) {
      // Where there is a pen, a palm must not paint.
      mode = "pan";
    } else {
      mode = "paint";
      tools.begin(hand.at(point), { erases: event.altKey || event.buttons === 32 });
    }
    onMove(point, event);
  });

  stage.addEventListener("pointermove", (event) => {
    const point = view.onStage(event);
    const last = down.get(event.pointerId);
    if (last) down.set(event.pointerId, point);
    if (last && mode === "pan") view.pan(point.x - last.x, point.y - last.y);
    if (last && mode === "pinch") {
      const now = spread(down);
      view.pan(now.x - pinch.x, now.y - pinch.y);
      if (pinch.apart > 0) view.zoom(now.apart / pinch.apart, now);
      pinch = now;
    }
    if (last && mode === "paint" && tools.isBusy) {
      const steps = event.getCoalescedEvents?.() ?? [];
      for (const step of steps.length ? steps : [event]) tools.move(hand.at(view.onStage(step)));
    }
    onMove(point, event);
  });

  const up = (event) => {
    if (!down.delete(event.pointerId)) return;
    if (mode === "paint" && tools.isBusy) {
      if (event.type === "pointerup") onEnd(tools.end());
      else tools.cancel();
    }
    mode = down.size ? "rest" : null;
    onMove(view.onStage(event), event);
  };
  stage.addEventListener("pointerup", up);
  stage.addEventListener("pointercancel", up);
  stage.addEventListener("pointerleave", (event) => onMove(null, event));
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
  stage.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const px = event.deltaMode ? event.deltaY * LINE_PX : event.deltaY;
      // Pinching on a touchpad comes as a wheel with Ctrl, in small steps.
      view.zoom(Math.exp(-px * WHEEL_STEP * (event.ctrlKey ? 6 : 1)), view.onStage(event));
    },
    { passive: false },
  );
}

function spread(points) {
  const [one, other] = points.values();
  return {
    x: (one.x + other.x) / 2,
    y: (one.y + other.y) / 2,
    apart: Math.hypot(one.x - other.x, one.y - other.y),
  };
}
