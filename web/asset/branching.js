// Which questions are asked, while somebody answers. The server decides the same, by the same conditions, when the form arrives: without
// this script its next page does.
function branchingHolds(tree, answer) {
  const numeral = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/;
  const blank = { text: "" };
  const figure = x => (Number.isFinite(x) ? { number: x } : blank);
  const read = text => (numeral.test(text) && Number.isFinite(Number(text)) ? { text, number: Number(text) } : { text });
  const isNumber = v => "number" in v;
  const holds = v => (isNumber(v) ? v.number !== 0 : v.text !== "");
  const truth = yes => figure(yes ? 1 : 0);
  const equal = (a, b) => (isNumber(a) || isNumber(b) ? isNumber(a) && isNumber(b) && a.number === b.number : a.text === b.text);
  const sum = xs => xs.reduce((total, x) => total + x, 0);
  const most = (xs, sign) => figure(xs.reduce((m, x) => (sign * x > sign * m ? x : m)));
  const gathering = {
    sum: xs => figure(sum(xs)),
    mean: xs => (Number.isFinite(sum(xs)) ? figure(sum(xs) / xs.length) : blank),
    min: xs => most(xs, -1),
    max: xs => most(xs, 1),
  };
  const round = (x, places = 0) => {
    if (!Number.isInteger(places) || places < 0 || places > 10) return blank;
    let scale = 1;
    for (let i = 0; i < places; i++) scale *= 10;
    const rounded = Math.floor(Math.abs(x) * scale + 0.5) / scale;
    return figure(x < 0 ? -rounded : rounded);
  };
  const plain = {
    "<": (a, b) => truth(a < b), "<=": (a, b) => truth(a <= b), ">": (a, b) => truth(a > b), ">=": (a, b) => truth(a >= b),
    "+": (a, b) => figure(a + b), "-": (a, b) => figure(a - b), "*": (a, b) => figure(a * b), "/": (a, b) => figure(a / b),
    minus: a => figure(-a), abs: a => figure(Math.abs(a)), round,
  };
  const value = ([op, ...parts]) => {
    if (op === "text") return read(parts[0]);
    if (op === "item") return read(answer(...parts));
    const all = parts.map(value);
    switch (op) {
      case "or": return truth(holds(all[0]) || holds(all[1]));
      case "and": return truth(holds(all[0]) && holds(all[1]));
      case "not": return truth(!holds(all[0]));
      case "=": return truth(equal(all[0], all[1]));
      case "<>": return truth(!equal(all[0], all[1]));
    }
    const xs = all.filter(isNumber).map(v => v.number);
    if (op in gathering) return xs.length ? gathering[op](xs) : blank;
    if (xs.length < all.length) return op[0] === "<" || op[0] === ">" ? truth(false) : blank;
    return plain[op](...xs);
  };
  return holds(value(tree));
}

for (const form of document.querySelectorAll("form[data-branching]")) {
  const conditions = JSON.parse(form.dataset.branching);
  const shown = form.querySelector("input[name=shown]");
  const given = (row, id) => {
    const declined = row.querySelector(`[name="decline.${id}"]`);
    if (declined && declined.checked) return ["declined"];
    const fields = [...row.querySelectorAll(`[name="${id}"]`)];
    return fields.filter(f => (f.type !== "radio" && f.type !== "checkbox") || f.checked).map(f => f.value.trim()).filter(v => v !== "");
  };
  const follow = () => {
    const hidden = {};
    const answer = (id, code) => {
      const row = document.getElementById("q-" + id);
      const all = hidden[id] ? [] : given(row, id);
      return code === undefined ? all.join(" ") : all.includes(code) ? "1" : "0";
    };
    for (const row of form.querySelectorAll(".row[id^='q-']")) {
      const id = row.id.slice(2);
      if (!conditions[id]) continue;
      hidden[id] = !conditions[id].every(tree => branchingHolds(tree, answer));
      row.hidden = hidden[id];
    }
    for (const group of form.querySelectorAll(".group")) group.hidden = !group.querySelector(".row:not([hidden])");
    if (shown) shown.value = [...form.querySelectorAll(".row:not([hidden])")].map(row => row.id.slice(2)).join(" ");
  };
  if (shown) {
    form.addEventListener("input", follow);
    follow();
  }
}
