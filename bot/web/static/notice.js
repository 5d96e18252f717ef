// On a page that says why not. A link opened from another site comes without the cookie that this
// browser may well have: asked from here, the cookie goes along. And this tab may have started the
// link without hearing so.

import { begin, hasBegun } from "./begin.js";
import { followJob, teller } from "./progress.js";

const notice = document.getElementById("notice");
const { progress, start } = notice.dataset;

if (progress) {
  let answer = await fetch(progress, { cache: "no-store" });
  if (!answer.ok && hasBegun()) {
    await begin(start);
    answer = await fetch(progress, { cache: "no-store" });
  }
  const said = answer.ok ? await answer.json() : null;
  if (said?.job) {
    const told = teller(document.getElementById("state"), document.getElementById("position"));
    await followJob(progress, { told });
  } else if (said && !location.search) {
    // The question mark: once, and not for ever.
    location.replace(`${location.pathname}?again`);
  }
}
