// Sends mask and words, and says what came of it. Never touches the mask: it stays as it is.

const GONE = 410;
const LOST = {
  error: "No connection",
  detail: "Perhaps the mask did not arrive. It is still here: try again; it makes one picture at most.",
};

// What the server said, whether the job is on its way, and whether the link is over.
export async function send(mask, prompt) {
  const form = new FormData();
  form.append("mask", mask, "mask.png");
  form.append("prompt", prompt);
  const url = document.querySelector('meta[name="limner-submit"]').content;
  try {
    const answer = await fetch(url, { method: "POST", body: form });
    const said = await answer.json();
    // With a number, a job of this link exists, even if its answer was lost on the way.
    return { accepted: answer.ok || Boolean(said.job), expired: answer.status === GONE, said };
  } catch {
    return { accepted: false, expired: false, said: LOST };
  }
}
