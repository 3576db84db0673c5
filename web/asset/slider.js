// A line to slide on, beside the number of a visual analogue scale. It starts unset, and the number stays what is sent: without this
// script the number alone does.
for (const box of document.querySelectorAll(".figure-in.line")) {
  const number = box.querySelector("input");
  if (number.matches(":disabled")) continue;
  const line = document.createElement("input");
  line.type = "range";
  line.min = number.min;
  line.max = number.max;
  line.step = 1;
  line.disabled = number.disabled;
  line.setAttribute("aria-labelledby", number.getAttribute("aria-labelledby"));
  line.setAttribute("aria-describedby", number.getAttribute("aria-describedby"));
  const ends = document.createElement("div");
  ends.className = "ends";
  for (const text of [box.dataset.least, box.dataset.hint, box.dataset.most]) {
    const end = document.createElement("span");
    end.textContent = text;
    if (text === box.dataset.hint) end.className = "move";
    ends.append(end);
  }
  const show = () => {
    const set = number.value !== "" && number.checkValidity();
    box.classList.toggle("unset", !set);
    line.setAttribute("aria-valuetext", set ? number.value : box.dataset.hint);
    if (set) line.value = number.value;
  };
  const take = () => { number.value = line.value; number.dispatchEvent(new Event("input", { bubbles: true })); };
  line.addEventListener("input", take);
  line.addEventListener("click", take);
  line.addEventListener("keydown", e => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); take(); } });
  number.addEventListener("input", show);
  box.classList.add("live");
  box.prepend(line);
  box.append(ends);
  show();
}
