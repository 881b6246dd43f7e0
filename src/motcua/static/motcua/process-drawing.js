// Draws a process from its BPMN file and marks what the page's table says. Comfort only: the table says it all.
(() => {
  "use strict";
  const SMALLEST = 0.62; // below it the names of steps cannot be read
  const LOWEST = 144; // px: room for the mark of the drawing's makers

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
      // Below a step; above a clock, whose own name stands below it.
      const box = registry.get(element);
      overlays.add(element, { position: box.height < 60 ? { top: -24, left: 0 } : { bottom: -4, left: 4 }, html: note });
    }
  };

  const MARGIN = 24;

  const fit = (viewer) => {
    const { inner } = viewer.get("canvas").viewbox();
    viewer.get("canvas").viewbox({ x: inner.x - MARGIN, y: inner.y - MARGIN, width: inner.width + 2 * MARGIN, height: inner.height + 2 * MARGIN });
  };

  // The whole picture where its words stay readable, else its beginning, or where the dossier now stands.
  const show = (viewer) => {
    const canvas = viewer.get("canvas");
    const { inner, outer } = canvas.viewbox();
    const whole = Math.min(outer.width / (inner.width + 2 * MARGIN), outer.height / (inner.height + 2 * MARGIN));
    const scale = Math.min(1, Math.max(whole, SMALLEST));
    const width = outer.width / scale;
    const height = outer.height / scale;
    const now = document.querySelector('[data-state="now"], [data-state="late"]');
    const box = now && viewer.get("elementRegistry").get(now.dataset.element);
    // Along each side: in the middle where everything fits, else around the token, never past an end.
    const along = (start, length, room, middle) => {
      if (length + 2 * MARGIN <= room) return start - (room - length) / 2;
      const wanted = middle === null ? start - MARGIN : middle - room / 2;
      return Math.max(start - MARGIN, Math.min(wanted, start + length + MARGIN - room));
    };
    canvas.viewbox({
      x: along(inner.x, inner.width, width, box ? box.x + box.width / 2 : null),
      y: along(inner.y, inner.height, height, box ? box.y + box.height / 2 : null),
      width,
      height,
    });
  };

  // A picture of one line needs less height than one of many branches.
  const shorten = (viewer, sheet) => {
    const { inner, outer } = viewer.get("canvas").viewbox();
    const scale = Math.min(1, Math.max(outer.width / (inner.width + 2 * MARGIN), SMALLEST));
    const wanted = Math.max((inner.height + 4 * MARGIN) * scale, LOWEST);
    if (wanted >= outer.height) return;
    sheet.style.height = `${Math.round(wanted)}px`;
    viewer.get("canvas").resized();
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
    shorten(viewer, figure.querySelector("[data-sheet]"));
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
      if (way === "fit") fit(viewer);
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
