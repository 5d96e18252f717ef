// Counts down to the end of the ticket. Judges nothing: the server does.

const LAST_MINUTE_S = 60;

export function countDown(seconds, { show, warn, over }) {
  // By the wall: a phone in a pocket stops its timers.
  const end = Date.now() + seconds * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    show(`${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`);
    if (left <= LAST_MINUTE_S) warn();
    if (left > 0) return;
    clearInterval(timer);
    over();
  };
  const timer = setInterval(tick, 1000);
  tick();
  return () => clearInterval(timer);
}
