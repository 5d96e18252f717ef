// Follows a job until it is over, and shows how far it is. Gives up nothing: a lost connection is
// waited for.

const EVERY_MS = 2000;
const TROUBLED_MS = 5000;

export async function followJob(url, { told, spinner }) {
  for (;;) {
    let wait = EVERY_MS;
    try {
      const answer = await fetch(url, { cache: "no-store" });
      const said = await answer.json();
      if (answer.ok) told(said.state, said.position);
      else told(said.error, said.detail);
      if (said.done || (!answer.ok && answer.status < 500)) return spinner?.remove();
    } catch {
      told("No connection", "Your mask has been sent; this page goes on asking how far it is.");
      wait = TROUBLED_MS;
    }
    await new Promise((resume) => setTimeout(resume, wait));
  }
}

// Words that are spoken only when they change.
export function teller(state, position) {
  return (title, text) => {
    if (state.textContent !== title) state.textContent = title;
    if (position.textContent !== text) position.textContent = text;
  };
}
