// Comfort only: every page works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  const say = (text) => {
    const live = document.getElementById("live");
    if (live) live.textContent = text;
  };

  // A form sent twice by a double click would be refused by the server; the second click need not be sent at all.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("[data-once]")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    say("Đang gửi, xin ông/bà chờ trong giây lát.");
  });
  // Coming back by the browser's back button must find the form alive again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  document.addEventListener("click", (event) => {
    const print = event.target.closest("[data-print]");
    if (print) return window.print();
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard?.writeText(copy.dataset.copy).then(() => say("Đã chép " + copy.dataset.copy));
      return;
    }
    const opener = event.target.closest("[data-open]");
    if (opener) return document.getElementById(opener.dataset.open)?.showModal();
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
  });

  // A chosen file is uploaded at once where the form says so; without script its own button does it.
  document.addEventListener("change", (event) => {
    const input = event.target;
    const chosen = input.matches("input[type=file]") && input.closest(".field, .paper-slot")?.querySelector("[data-chosen]");
    if (chosen) chosen.textContent = [...input.files].map((file) => file.name).join(", ");
    if (input.matches("input[type=file][data-autosend]") && input.files.length) input.form.requestSubmit();
    if (input.matches("select[data-autosend]")) input.form.requestSubmit();
  });

  // A long list on the page is narrowed by what is typed, with or without marks.
  const bare = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
  document.addEventListener("input", (event) => {
    const list = event.target.matches("[data-filter]") && document.getElementById(event.target.dataset.filter);
    if (!list) return;
    const words = bare(event.target.value).split(/\s+/);
    const items = [...list.children];
    items.forEach((item) => (item.hidden = !words.every((word) => bare(item.textContent).includes(word))));
    say(`Còn ${items.filter((item) => !item.hidden).length} dòng.`);
  });

  // What asks again by itself rests while nobody looks.
  document.addEventListener("htmx:before:request", (event) => {
    if (document.hidden && event.target.getAttribute?.("hx-trigger")?.startsWith("every ")) event.preventDefault();
  });
  document.addEventListener("htmx:error", () => say("Không tải được. Xin ông/bà kiểm tra kết nối và thử lại."));

  // ---- keys of the desk ----
  const typing = (el) => el.closest("input, textarea, select, [contenteditable], dialog[open]");
  const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];
  const current = () => document.querySelector("[data-row].is-current");

  const moveTo = (row) => {
    current()?.classList.remove("is-current");
    row.classList.add("is-current");
    (row.querySelector("[data-row-open]") ?? row.querySelector("a, button") ?? row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    moveTo(all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))]);
  };
  const press = (key) => {
    const scope = current();
    const target = scope?.querySelector(`[data-key="${key}"]`) ?? document.querySelector(`[data-key="${key}"]`);
    if (!target) return false;
    if (target.matches("input, textarea, select")) { target.focus(); target.select?.(); } else target.click();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (!document.body.hasAttribute("data-keys") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) {
      if (event.key === "Escape" && !event.target.closest("dialog")) event.target.blur();
      return;
    }
    if (event.key === "j" || event.key === "k") step(event.key === "j" ? 1 : -1);
    else if (event.key === "?") document.getElementById("keys-help")?.showModal();
    else if (event.key === "Enter" && current() && event.target.closest("[data-row]") === null) current().querySelector("a")?.click();
    else if (!(event.key.length === 1 && press(event.key))) return;
    event.preventDefault();
  });
})();
