// The Start button, sent as what it is: a form that older browsers send without saying from where
// would be taken for another site's.

import { begin } from "./begin.js";

const form = document.getElementById("start");
const trouble = document.getElementById("trouble");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  trouble.textContent = "";
  try {
    await begin(form.action);
    // Started, or the page says why not.
    location.replace(location.pathname);
  } catch {
    trouble.textContent = "No connection. Try again.";
    button.disabled = false;
  }
});
