// Draws a process from its BPMN file and marks what the page's table says. Comfort only: the table says it all.
(() => {
  "use strict";
  const SMALLEST = 0.62; // below it the names of steps cannot be read

  const rowOf = (element) => [...document.querySelectorAll("[data-element]")].find((row) => row.dataset.element === element.id);

  const mark = (viewer) => {
    const canvas = viewer.get("canvas");
    const overlays = viewer.get("overlays");
    const registry = viewer.get("elementRegistry");
    for (const row of document.querySelectorAll("[data-element]")) {
      const element = row.dataset.element;
      if (!element || !registry.get(element)) continue;
      if (row.dataset.state) canvas.addMarker(element, "is-" + row.dataset.state);
      if (row.classList.contains("has-error")) canvas.addMarker(element, "has-fault");
      if (!row.dataset.note) continue;
      const note = document.createElement("div");
      note.className = "drawing-note" + (row.dataset.state ? " is-" + row.dataset.state : "");
      note.textContent = row.dataset.note;
      overlays.add(element, { position: { bottom: -4, left: 4 }, html: note });
    }
  };

  // The whole picture where its words stay readable, else its beginning, or where the dossier now stands.
  const show = (viewer) => {
    const canvas = viewer.get("canvas");
    canvas.zoom("fit-viewport", "auto");
    if (canvas.zoom() >= SMALLEST) return;
    const { inner, outer } = canvas.viewbox();
    const now = document.querySelector('[data-state="now"], [data-state="late"]');
    const box = now && viewer.get("elementRegistry").get(now.dataset.element);
    const width = outer.width / SMALLEST;
    const height = outer.height / SMALLEST;
    const left = Math.max(inner.x - 20, Math.min(box ? box.x + box.width / 2 - width / 2 : inner.x - 20, inner.x + inner.width - width + 20));
    const top = inner.height < height ? inner.y - (height - inner.height) / 2 : Math.max(inner.y - 20, box ? box.y + box.height / 2 - height / 2 : inner.y - 20);
    canvas.viewbox({ x: left, y: top, width, height });
  };

  const draw = async (figure) => {
    const answer = await fetch(figure.dataset.bpmn, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const xml = await answer.text();
    figure.classList.add("is-drawn");
    const viewer = new window.BpmnJS({
      container: figure.querySelector("[data-sheet]"),
      zoomScroll: { enabled: false }, // the wheel scrolls the page
      textRenderer: { defaultStyle: { fontFamily: '"Be Vietnam Pro", sans-serif', fontSize: 12 }, externalStyle: { fontSize: 11 } },
      bpmnRenderer: { defaultStrokeColor: "#1c2430", defaultLabelColor: "#1c2430" },
    });
    await viewer.importXML(xml);
    mark(viewer);
    show(viewer);
    viewer.get("eventBus").on("element.click", ({ element }) => {
      const row = rowOf(element);
      document.querySelectorAll("tr.is-picked").forEach((old) => old.classList.remove("is-picked"));
      if (!row) return;
      row.classList.add("is-picked");
      row.scrollIntoView({ block: "nearest" });
    });
    figure.addEventListener("click", (event) => {
      const way = event.target.closest("[data-zoom]")?.dataset.zoom;
      if (way === "fit") viewer.get("canvas").zoom("fit-viewport", "auto");
      else if (way) viewer.get("zoomScroll").stepZoom(way === "in" ? 1 : -1);
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-bpmn]").forEach((figure) => {
      draw(figure).catch(() => {
        figure.classList.remove("is-drawn");
        figure.querySelector("[data-off]").textContent = "Không vẽ được hình; nội dung đầy đủ ở bảng dưới đây.";
      });
    });
  });
})();
