// The keyboard: a letter for each tool, and a brush that arrows can move. Types into no field.

const STEP = 0.5; // of the brush's radius
const TYPED_INTO = "textarea, dialog, dialog *";

export function listen({ actions, choose, hand, stage, crosshair }) {
  const letters = { b: "brush", e: "eraser", r: "rectangle", l: "lasso" };
  const signs = {
    i: "invert", f: "feather", "[": "smaller", "]": "larger", "+": "zoom-in", "=": "zoom-in",
    "-": "zoom-out", 0: "fit", Delete: "clear", "?": "help",
  };

  document.addEventListener("keydown", (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const ctrl = event.ctrlKey || event.metaKey;
    if (ctrl && key === "Enter") return act(event, "send");
    if (event.target.matches(TYPED_INTO)) return undefined;
    if (ctrl && key === "z") return act(event, event.shiftKey ? "redo" : "undo");
    if (ctrl && key === "y") return act(event, "redo");
    if (ctrl || event.altKey) return undefined;
    if (key === "Escape") return act(event, "cancel");
    if (key === " " && !event.target.matches("button, input, a")) {
      event.preventDefault();
      return hand.open(true);
    }
    if (letters[key]) return choose(letters[key]);
    if (signs[key]) return act(event, signs[key]);
    return event.target === stage ? crosshair(event, STEP) : undefined;
  });
  document.addEventListener("keyup", (event) => event.key === " " && hand.open(false));
  window.addEventListener("blur", () => hand.open(false));

  function act(event, name) {
    event.preventDefault();
    actions[name]();
  }
}
