// A button replaced or moved between press and release is never clicked, or another one is: what changes waits for the finger.

const LONGEST = 3000; // a release outside the window is never heard of
let pressed = false;
let waiting = [];
let timer = 0;

function released() {
  clearTimeout(timer);
  pressed = false;
  const ready = waiting;
  waiting = [];
  for (const go of ready) go();
}

document.addEventListener(
  "pointerdown",
  () => {
    pressed = true;
    clearTimeout(timer);
    timer = setTimeout(released, LONGEST);
  },
  true,
);
// The click comes after the release, with a finger in a task of its own.
for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, () => setTimeout(released, 50), true);

/** Do it now, or as soon as nothing is being pressed. */
export function unpressed(go) {
  if (!pressed) return go();
  waiting.push(go);
}
