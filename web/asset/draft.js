// Saves what is typed, after a pause and when the page goes out of sight, and says so. Without this script "Save and continue later" does.
for (const form of document.querySelectorAll("form[data-saved]")) {
  const say = document.getElementById("kept");
  const pause = 1500, again = 15000;
  let timer = 0, changed = false, leaving = false, busy = false;
  const what = () => {
    const data = new URLSearchParams(new FormData(form));
    data.set("go", "draft");
    return data;
  };
  const later = wait => { clearTimeout(timer); timer = setTimeout(save, wait); };
  async function save() {
    if (!changed || leaving) return;
    if (busy) return later(pause);
    busy = true;
    changed = false;
    try {
      const reply = await fetch(location.pathname, { method: "POST", body: what(), redirect: "error" });
      if (!reply.ok) throw reply.status;
      const told = await reply.json();
      say.className = "kept" + (told.sent || told.other ? " note" : "");
      say.textContent = told.sent ? form.dataset.sent : told.other ? form.dataset.other : form.dataset.saved.replace("%s", told.saved);
      if (told.sent) leaving = true;
    } catch {
      changed = true;
      say.className = "kept note";
      say.textContent = form.dataset.failed;
      later(again);
    }
    busy = false;
  }
  form.addEventListener("input", () => { changed = true; later(pause); });
  form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || !changed || leaving) return;
    if (navigator.sendBeacon(location.pathname, what())) changed = false;
  });
  addEventListener("pageshow", e => { if (e.persisted) leaving = false; });
}
