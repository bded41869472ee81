/* What the sign-in pages gain by a script; all of them work without. */
(function () {
  "use strict";
  for (const eye of document.querySelectorAll("button.eye")) {
    const entry = eye.previousElementSibling;
    eye.hidden = false;
    eye.addEventListener("click", () => {
      const isShown = entry.type === "text";
      entry.type = isShown ? "password" : "text";
      eye.textContent = isShown ? eye.dataset.show : eye.dataset.hide;
      entry.focus();
    });
  }
  for (const entry of document.querySelectorAll("input[type=password]")) {
    const told = entry.closest(".field").querySelector(".caps");
    for (const kind of ["keydown", "keyup"]) {
      entry.addEventListener(kind, (event) => {
        if (event.getModifierState) told.hidden = !event.getModifierState("CapsLock");
      });
    }
    entry.addEventListener("blur", () => (told.hidden = true));
  }
  for (const form of document.querySelectorAll("form")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault(); // a second click is not a second attempt
      form.dataset.sent = "1";
      const button = form.querySelector(".button");
      if (!button || !button.dataset.busy) return;
      button.setAttribute("aria-busy", "true");
      button.textContent = button.dataset.busy;
    });
  }
  // A page that comes back from the browser's memory is a fresh one.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
})();
