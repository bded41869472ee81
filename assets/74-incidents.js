// A report on paper: the browser's own printing, which also makes a PDF.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
