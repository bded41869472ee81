/* What the sign-in pages gain by a script; all of them work without. */
(function () {
  "use strict";
  /* A wall comes in by itself: its address ends in #wall:LOGIN:KEY, which never leaves the browser but in this form. */
  const wall = /^#wall:([^:]+):(.+)$/.exec(window.location.hash);
  const entry = document.querySelector("form input[name=password]");
  if (wall && entry && document.querySelector("input[name=login]")) {
    window.localStorage.setItem("cockpit-wall", window.location.hash);
    document.querySelector("input[name=login]").value = decodeURIComponent(wall[1]);
    entry.value = decodeURIComponent(wall[2]);
    entry.form.querySelector("input[name=remember]").checked = true;
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
    entry.form.requestSubmit();
  }

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
