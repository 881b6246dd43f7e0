// Comfort in the inbox of steps only: every page works without this file.
(() => {
  "use strict";
  const form = () => document.querySelector("form[data-work]");
  const boxes = () => [...document.querySelectorAll("input[data-pick]")];
  const MOST = 300;

  // With script a long run is worked on part by part, so that its progress is seen.
  document.querySelectorAll("form[data-work] input[name='tung-phan']").forEach((field) => (field.value = "1"));

  const tell = () => {
    const chosen = boxes().filter((box) => box.checked).length;
    const place = document.querySelector("[data-chosen]");
    if (place) place.textContent = chosen ? `Đã chọn ${chosen} dòng` : "Đánh dấu các dòng cần làm";
    const all = document.querySelector("[data-pick-all]");
    if (all) {
      all.checked = chosen > 0 && chosen === boxes().length;
      all.indeterminate = chosen > 0 && !all.checked;
    }
  };
  const pickAll = (wanted) => {
    boxes().slice(0, MOST).forEach((box) => (box.checked = wanted));
    tell();
  };
  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target.closest("input[data-pick]");
    if (!box) return;
    if (event.shiftKey && last && last !== box) {
      const all = boxes();
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((one) => (one.checked = box.checked));
    }
    last = box;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) return pickAll(event.target.checked);
    if (event.target.matches("input[data-pick]")) tell();
  });

  // Keys of a row. They come before those of every desk page, which would look for a key in the whole page.
  const typing = (el) => el.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]");
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      const row = document.querySelector("[data-row].is-current") ?? event.target.closest("[data-row]");
      const take = () => {
        event.preventDefault();
        event.stopImmediatePropagation();
      };
      if (event.key === "X") {
        take();
        pickAll(!boxes().every((box) => box.checked));
      } else if (event.key === "x" && row) {
        take();
        const box = row.querySelector("input[data-pick]");
        if (box) {
          box.checked = !box.checked;
          tell();
        }
      } else if (event.key === "f") {
        const link = row?.querySelector("[data-row-key='f']");
        if (link) {
          take();
          link.click();
        }
      } else if (event.key === "Enter" && row && !event.target.closest("a, button, input")) {
        take();
        row.querySelector("[data-row-open]")?.click();
      } else if ((event.key === "j" || event.key === "k") && event.target.matches("input[data-pick]")) {
        // A box that was clicked keeps the focus; the keys still move between rows.
        event.target.blur();
      }
    },
    true,
  );
  if (form()) tell();
})();
