/* Own screens: line numbers beside the text, the line a problem names, the text as a file, and a word before it is lost. */
(function () {
  "use strict";

  const box = () => document.querySelector("[data-editor]");
  const area = () => box() && box().querySelector("textarea");
  let opened = null; // the text as it was opened, by its textarea
  const texts = new WeakMap();

  function number(text) {
    const gutter = text.parentElement.querySelector(".editor-lines");
    const count = text.value.split("\n").length;
    if (gutter.dataset.count !== String(count)) {
      gutter.dataset.count = String(count);
      gutter.textContent = Array.from({ length: count }, (_, n) => n + 1).join("\n");
    }
    gutter.scrollTop = text.scrollTop;
  }

  function goTo(line) {
    const text = area();
    if (!text) return;
    const lines = text.value.split("\n");
    const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    text.focus();
    text.setSelectionRange(before, before + (lines[line - 1] || "").length);
    const height = parseFloat(getComputedStyle(text).lineHeight) || 20;
    text.scrollTop = Math.max(0, (line - 1) * height - text.clientHeight / 3);
    number(text);
  }

  function take() {
    const text = area();
    const name = document.querySelector(".editor-head input");
    if (!text) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text.value], { type: "text/yaml" }));
    link.download = ((name && name.value) || "screen.yaml").split("/").pop();
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    texts.set(text, text.value); // it is safe now
  }

  document.addEventListener("focusin", (event) => {
    const text = event.target;
    if (text === area() && !texts.has(text)) texts.set(text, text.value);
    if (text === area()) opened = text;
  });
  document.addEventListener("input", (event) => {
    if (event.target === area()) number(event.target);
  });
  document.addEventListener("scroll", (event) => {
    if (event.target === area()) number(event.target);
  }, true);
  document.addEventListener("click", (event) => {
    const line = event.target.closest("[data-line]");
    if (line && box()) goTo(Number(line.dataset.line));
    if (event.target.closest("[data-take-text]")) take();
  });
  window.addEventListener("beforeunload", (event) => {
    if (opened && opened.isConnected && texts.get(opened) !== opened.value) event.preventDefault();
  });
})();
