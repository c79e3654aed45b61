// Replaces the parts of the page that change, every three seconds, unless the reader is selecting
// text or looks elsewhere. Without it the page loads itself again.
"use strict";
const late = document.getElementById("late");
async function update() {
  if (document.hidden || !document.getSelection().isCollapsed) return;
  try {
    const answer = await fetch(location.href, {cache: "no-store", signal: AbortSignal.timeout(10000)});
    if (!answer.ok) throw new Error(answer.statusText);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      if (other && part.innerHTML !== other.innerHTML && !part.contains(document.activeElement)) part.replaceChildren(...other.childNodes);
    }
    document.title = fresh.title;
    late.hidden = true;
  } catch {
    late.hidden = false;
  }
}
(async () => {
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, 3000));
    await update();
  }
})();
