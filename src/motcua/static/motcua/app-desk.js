// Comfort at the counter only: every page works without this file.
(() => {
  "use strict";

  // ---- keys and small helps of a form ----
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const primary = event.target.closest("form")?.querySelector("[data-primary]") ?? document.querySelector("main [data-primary]");
      if (primary) {
        event.preventDefault();
        primary.click();
      }
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-all-papers]")) return;
    const boxes = [...document.querySelectorAll(".papers input[type=checkbox]")];
    const all = boxes.every((box) => box.checked);
    boxes.forEach((box) => (box.checked = !all));
    boxes[0]?.dispatchEvent(new Event("change", { bubbles: true }));
  });
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.matches("input[list=offered]") && input.value.trim()) {
      input.form.querySelector("button[value=choose]")?.click();
    }
    if (input.matches("input[name=proof]")) showProof();
  });

  // ---- proof of hand-over: only the part that belongs to the chosen proof is in sight ----
  const showProof = () => {
    const chosen = document.querySelector("input[name=proof]:checked")?.value;
    document.querySelectorAll(".proof-part").forEach((part) => (part.hidden = part.dataset.proof !== chosen));
  };

  // ---- a drawn signature, kept as a PNG in a hidden field ----
  const signaturePad = (canvas) => {
    const field = document.getElementById(canvas.dataset.signature);
    const pen = canvas.getContext("2d");
    let drawing = false;
    const clean = () => {
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.strokeStyle = "#1c2430";
      pen.lineWidth = 2.5;
      pen.lineCap = pen.lineJoin = "round";
      field.value = "";
    };
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
    };
    canvas.addEventListener("pointerdown", (event) => {
      drawing = true;
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...place(event));
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      pen.lineTo(...place(event));
      pen.stroke();
    });
    const lift = () => {
      if (!drawing) return;
      drawing = false;
      field.value = canvas.toDataURL("image/png");
    };
    canvas.addEventListener("pointerup", lift);
    canvas.addEventListener("pointercancel", lift);
    canvas.parentElement.querySelector("[data-signature-clear]").addEventListener("click", clean);
    clean();
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("canvas[data-signature]").forEach(signaturePad);
    showProof();
  });
})();
