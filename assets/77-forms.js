// Forms: a workbook is read here and goes with the press that takes it; a piece of a spreadsheet is pasted over the cells.
(function () {
  "use strict";
  const set = (field, value) => window.dash_clientside.set_props({ field }, { value });

  async function take(slot, button, file) {
    if (file.size > Number(slot.dataset.largest)) {
      slot.lastChild.textContent = slot.dataset.large;
      return;
    }
    slot.lastChild.textContent = file.name;
    const bytes = new Uint8Array(await file.arrayBuffer());
    let text = "";
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    set("workbook", btoa(text));
    button.click();
    setTimeout(() => set("workbook", ""), 1500); // the press has it by now; the next one need not carry it again
  }

  function equip(slot) {
    const input = Object.assign(document.createElement("input"), { type: "file", accept: ".xlsx" });
    const press = Object.assign(document.createElement("label"), { className: "press form-book", textContent: slot.dataset.choose });
    const button = slot.parentElement.querySelector('button[id*=\'"press":"upload"\']');
    input.setAttribute("aria-label", slot.dataset.choose);
    input.addEventListener("change", () => {
      const [file] = input.files;
      input.value = "";
      if (file && button) take(slot, button, file);
    });
    press.append(input);
    slot.append(press, document.createElement("span"));
  }

  // Cells from the one that is pasted into, to the right and down, as a spreadsheet does it; what does not fit is left out.
  function paste(event) {
    const cell = event.target.closest("[data-sheet-cells] td");
    const text = event.clipboardData && event.clipboardData.getData("text/plain");
    if (!cell || !text || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const row = cell.parentElement;
    const rows = [...row.parentElement.children].slice([...row.parentElement.children].indexOf(row));
    const first = [...row.children].indexOf(cell);
    text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").forEach((line, down) => {
      line.split("\t").forEach((part, right) => {
        const found = rows[down] && rows[down].children[first + right];
        const input = found && found.querySelector("input");
        if (input) set(JSON.parse(input.id).field, part.trim().slice(0, 41));
      });
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    if (window.location.pathname !== "/forms") return;
    const dress = () => document.querySelectorAll("[data-form-book]:empty").forEach(equip);
    new MutationObserver(dress).observe(document.body, { childList: true, subtree: true });
    document.addEventListener("paste", paste, true);
  });
})();
