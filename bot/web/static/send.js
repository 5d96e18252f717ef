// Sends mask and words, and says what came of it. Never touches the mask: it stays as it is.

const LOST = {
  error: "No connection.",
  detail: "The mask could not be sent. It is still here: try again.",
};

// What the server said, and whether the job is on its way.
export async function send(mask, prompt) {
  const form = new FormData();
  form.append("mask", mask, "mask.png");
  form.append("prompt", prompt);
  const url = document.querySelector('meta[name="limner-submit"]').content;
  let said;
  let ok = false;
  try {
    const answer = await fetch(url, { method: "POST", body: form });
    said = await answer.json();
    ok = answer.ok;
  } catch {
    return { accepted: false, said: LOST };
  }
  // A job of this link exists, even if its answer was lost on the way.
  return { accepted: ok || Boolean(said.job), said };
}
