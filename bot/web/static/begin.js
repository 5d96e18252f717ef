// Starts a link, as often as need be: the key is this tab's own, and known to it before the server
// is. Where the answer was lost on the way, the same key is asked with again and let in.

const NAME = `limner:${location.pathname}`;
const KEY_BYTES = 32;
let key = stored();

export function hasBegun() {
  return Boolean(key);
}

export async function begin(url) {
  key ||= fresh();
  const form = new URLSearchParams({ key });
  return fetch(url, { method: "POST", redirect: "manual", body: form });
}

function stored() {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    return null;
  }
}

function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const made = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    sessionStorage.setItem(NAME, made);
  } catch {
    // Kept by no browser that keeps nothing: then it lasts as long as the page.
  }
  return made;
}
