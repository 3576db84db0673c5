// A quiet timer beside a session: it keeps its place in this browser alone, and offers its minutes to the form.
for (const box of document.querySelectorAll("[data-timer]")) {
  const key = "timer " + box.dataset.timer;
  const face = box.querySelector("[role=timer]"), run = box.querySelector("[data-run]");
  const minutes = document.querySelector("#hold #minutes");
  let kept = {since: 0, before: 0};
  try { kept = JSON.parse(sessionStorage.getItem(key)) || kept; } catch { /* a browser that keeps nothing */ }
  const keep = () => { try { sessionStorage.setItem(key, JSON.stringify(kept)); } catch { /* the same */ } };
  const seconds = () => Math.floor((kept.before + (kept.since ? Date.now() - kept.since : 0)) / 1000);
  const show = () => {
    const s = seconds();
    face.textContent = Math.floor(s / 60) + ":" + String(s % 60).padStart(2, "0");
    box.classList.toggle("desk-over", s >= 60 * box.dataset.minutes);
    run.textContent = kept.since ? "Pause" : s ? "Go on" : "Start";
  };
  run.addEventListener("click", () => {
    if (kept.since) {
      kept = {since: 0, before: kept.before + Date.now() - kept.since};
      if (minutes && seconds() >= 60) minutes.value = Math.round(seconds() / 60);
    } else {
      kept.since = Date.now();
    }
    keep();
    show();
  });
  box.querySelector("[data-reset]").addEventListener("click", () => { kept = {since: 0, before: 0}; keep(); show(); });
  setInterval(show, 1000);
  show();
  box.hidden = false;
}
