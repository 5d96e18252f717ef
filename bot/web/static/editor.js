// The editor: where the parts meet. Everything that can be done has a name in `actions`.

import { countDown } from "./clock.js";
import { History } from "./history.js";
import { listen } from "./keys.js";
import { Mask } from "./mask.js";
import { canWrite, pngOf } from "./png.js";
import { follow } from "./pointers.js";
import { followJob, teller } from "./progress.js";
import { send } from "./send.js";
import { Sheet } from "./sheet.js";
import { Tools } from "./tools.js";
import { View } from "./view.js";

const WORK_PIXELS = 2048 * 2048; // finer than any finger; phones refuse larger canvases
const ZOOM_STEP = 1.4;
const FEATHER = 0.012; // of the shorter side
const [THINNEST_PX, THICKEST] = [2, 0.4]; // the thickest brush is a share of the shorter side

const by = (id) => document.getElementById(id);
const studio = by("studio");
const stage = by("stage");
const width = Number(studio.dataset.width);
const height = Number(studio.dataset.height);
// The mask's pixels to one of the picture; below 1 for pictures that are larger than the work.
const fine = Math.min(1, Math.sqrt(WORK_PIXELS / (width * height)));

const mask = new Mask(Math.max(1, Math.round(width * fine)), Math.max(1, Math.round(height * fine)));
const history = new History(mask);
const sheet = new Sheet(by("mask"), mask);
const view = new View(stage, by("world"), width, height);
const tools = new Tools({ mask, history, sheet, brush });
let isSent = false;
let pointer = null; // on the stage: where the ring is drawn

const hand = {
  isOpen: false,
  open(isOpen) {
    hand.isOpen = isOpen;
    stage.classList.toggle("grabbing", isOpen);
    drawRing();
  },
  at(point) {
    const { x, y } = view.toPicture(point);
    return { x: x * fine, y: y * fine };
  },
};

const actions = {
  undo: () => step(() => history.undo(), "Undone."),
  redo: () => step(() => history.redo(), "Done again."),
  invert: () => change(() => mask.invert()),
  feather: () =>
    change(() => mask.feather(Math.max(2, FEATHER * Math.min(mask.width, mask.height)))),
  clear: () => change(() => mask.clear()),
  "zoom-in": () => view.zoom(ZOOM_STEP),
  "zoom-out": () => view.zoom(1 / ZOOM_STEP),
  fit: () => view.fit(),
  smaller: () => resize(-4),
  larger: () => resize(4),
  help: () => by("keys").showModal(),
  send: () => by("form").requestSubmit(),
  cancel: () => {
    tools.cancel();
    drawOutline();
  },
};

// Both in the mask's pixels. The slider's steps grow: small brushes want finer ones.
function brush() {
  const thickest = Math.max(THINNEST_PX * 2, THICKEST * Math.min(width, height));
  const px = THINNEST_PX * (thickest / THINNEST_PX) ** (by("size").value / 100);
  return { radius: (px * fine) / 2, hardness: by("hardness").value / 100 };
}

function resize(steps) {
  by("size").valueAsNumber += steps;
  sliders();
}

function sliders() {
  by("size-now").textContent = `${Math.round((2 * brush().radius) / fine)} px`;
  by("hardness-now").textContent = `${by("hardness").value} %`;
  drawRing();
}

function choose(name) {
  tools.cancel();
  tools.name = name;
  for (const button of document.querySelectorAll("[data-tool]")) {
    const isChosen = button.dataset.tool === name;
    button.setAttribute("aria-checked", String(isChosen));
    button.tabIndex = isChosen ? 0 : -1;
  }
  stage.classList.toggle("exact", !tools.isRound);
  drawOutline();
  drawRing();
}

function step(take, words) {
  tools.cancel();
  const box = take();
  if (!box) return;
  sheet.show(box);
  painted(words);
}

function change(make) {
  tools.cancel();
  const box = make();
  sheet.show(box);
  if (history.keep(box)) painted();
}

function painted(words = "") {
  const share = mask.share();
  const much = share > 0 && share < 0.01 ? "Less than 1 %" : `${Math.round(share * 100)} %`;
  const marked = share ? `${much} of the picture is repainted.` : "Nothing is marked yet.";
  by("told").textContent = `${words} ${marked}`.trim();
  document.querySelector('[data-do="undo"]').disabled = !history.done.length;
  document.querySelector('[data-do="redo"]').disabled = !history.undone.length;
  by("hint").hidden = true;
}

function drawRing() {
  const ring = by("ring");
  ring.hidden = !pointer || hand.isOpen || !tools.isRound;
  if (ring.hidden) return;
  const across = Math.max(4, (2 * brush().radius * view.scale) / fine);
  ring.style.width = `${across}px`;
  ring.style.height = `${across}px`;
  ring.style.transform = `translate(${pointer.x - across / 2}px, ${pointer.y - across / 2}px)`;
}

function drawOutline() {
  const corners = tools.outline().map(({ x, y }) => view.toStage({ x: x / fine, y: y / fine }));
  const points = corners.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  for (const line of by("outline").children) line.setAttribute("points", points);
}

// The brush without a pointer: arrows move it, Enter paints, Shift paints along.
function crosshair(event, step) {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!way && event.key !== "Enter") return;
  event.preventDefault();
  pointer ??= view.middle();
  const far = Math.max(8, brush().radius * view.scale * step / fine);
  const paints = event.shiftKey && tools.isRound;
  if (!way || (paints && !tools.isBusy)) {
    if (tools.isBusy) return done(tools.end());
    tools.begin(hand.at(pointer));
    if (tools.isRound && !way) return done(tools.end());
  }
  if (!way) return;
  pointer = { x: pointer.x + way[0] * far, y: pointer.y + way[1] * far };
  if (tools.isBusy) tools.move(hand.at(pointer));
  if (paints) done(tools.end());
  drawRing();
  drawOutline();
}

function done(isChanged) {
  if (isChanged) painted();
  drawOutline();
}

function say(title, text, { fatal = false } = {}) {
  by("trouble").hidden = !title;
  by("trouble-title").textContent = title;
  by("trouble-text").textContent = text;
  if (fatal) by("send").disabled = true;
  if (title) by("send").scrollIntoView({ block: "nearest" });
}

async function submit(event) {
  event.preventDefault();
  if (by("send").disabled) return;
  say("", "");
  if (!mask.share()) return say("Nothing is marked yet.", "Paint over what should change.");
  if (!canWrite) {
    return say("This browser is too old to send a mask.", "In Discord, attach a mask to /inpaint.");
  }
  busy(true);
  const { accepted, expired, said } = await send(await pngOf(mask, width, height), by("prompt").value);
  busy(false);
  if (expired) return over();
  if (!accepted) return say(`${said.error}.`, said.detail);
  isSent = true;
  stopClock();
  studio.hidden = true;
  by("after").hidden = false;
  document.body.className = "plain";
  const told = teller(by("state"), by("position"));
  told(said.state ?? said.error, said.position ?? said.detail);
  by("state").focus();
  return followJob(studio.dataset.progress, { told, spinner: by("spinner") });
}

function busy(isBusy) {
  by("send").disabled = isBusy;
  by("send").textContent = isBusy ? "Sending …" : "Repaint it";
}

async function over() {
  say("This link has expired.", "Ask for a new one in Discord. Nothing was charged.", { fatal: true });
  if (!mask.share() || !canWrite) return;
  by("trouble-text").textContent += " What you have painted can be kept, and given to /inpaint as its mask.";
  by("save").href = URL.createObjectURL(await pngOf(mask, width, height));
  by("save").hidden = false;
}

follow(stage, {
  view,
  tools,
  hand,
  onMove(point, event) {
    pointer = event.pointerType === "touch" ? null : point;
    drawRing();
    drawOutline();
  },
  onEnd: done,
});
listen({ actions, choose, hand, stage, crosshair });
view.listeners.push(drawRing, drawOutline);
for (const button of document.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => actions[button.dataset.do]());
}
for (const button of document.querySelectorAll("[data-tool]")) {
  button.addEventListener("click", () => choose(button.dataset.tool));
  button.addEventListener("keydown", (event) => {
    const way = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
    if (!way || !button[way]) return;
    event.preventDefault();
    choose(button[way].dataset.tool);
    button[way].focus();
  });
}
by("size").addEventListener("input", sliders);
by("hardness").addEventListener("input", sliders);
by("help").addEventListener("click", actions.help);
by("form").addEventListener("submit", submit);
window.addEventListener("beforeunload", (event) => {
  if (!isSent && history.done.length) event.preventDefault();
});
const stopClock = countDown(Number(studio.dataset.seconds), {
  show: (left) => (by("left").textContent = left),
  warn: () => by("clock").classList.add("late"),
  over,
});
choose("brush");
sliders();

const picture = by("picture");
picture.addEventListener("load", () => (by("hint").textContent = "Paint here"));
picture.addEventListener("error", () => {
  by("hint").hidden = true;
  say("The picture could not be loaded.", "Load this page again; your link is still good.");
});
picture.src = studio.dataset.picture;
