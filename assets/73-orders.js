// Files with a report: each goes up by itself and comes back as a ticket, which the step that is pressed then carries.
(function () {
  "use strict";
  const cookie = (name) => {
    const found = document.cookie.split("; ").find((part) => part.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  };
  const make = (tag, words) => Object.assign(document.createElement(tag), { textContent: words });

  async function send(slot, file) {
    const query = new URLSearchParams({ order: slot.dataset.order, name: file.name, lang: slot.dataset.lang });
    const headers = { "Content-Type": "application/octet-stream", "X-CSRF-Token": cookie("cockpit_csrf") };
    const answer = await fetch(`/orders/file?${query}`, { method: "POST", headers, body: file });
    const told = await answer.json();
    if (!answer.ok) throw new Error(answer.status === 422 ? told.error.message : slot.dataset.failed);
    return told.ticket;
  }

  function equip(slot) {
    const tickets = [];
    const input = Object.assign(make("input", ""), { type: "file", multiple: true, accept: slot.dataset.accept });
    const list = make("ul", "");
    input.setAttribute("aria-label", slot.dataset.label);
    list.setAttribute("aria-live", "polite");
    input.addEventListener("change", async () => {
      const files = [...input.files];
      input.value = "";
      for (const file of files) {
        const row = list.appendChild(make("li", `${file.name} …`));
        try {
          if (tickets.length >= Number(slot.dataset.most)) throw new Error(slot.dataset.many);
          if (file.size > Number(slot.dataset.largest)) throw new Error(slot.dataset.large);
          tickets.push(await send(slot, file));
          row.textContent = `${file.name} ✓`;
          window.dash_clientside.set_props({ field: "files" }, { value: JSON.stringify(tickets) });
        } catch (error) {
          row.textContent = `${file.name}: ${error instanceof TypeError ? slot.dataset.failed : error.message}`;
        }
      }
    });
    const press = make("label", slot.dataset.choose);
    press.className = "press order-choose";
    press.append(input);
    slot.append(press, list);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const dress = () => document.querySelectorAll("[data-order]:empty").forEach(equip);
    if (window.location.pathname === "/orders") new MutationObserver(dress).observe(document.body, { childList: true, subtree: true });
  });
})();
