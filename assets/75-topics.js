/* What a page's panels can be asked for: a table as a file (the server makes it), a chart as a picture (the browser does). */
(function () {
  "use strict";
  const cockpit = window.cockpit;

  /** The same panel, place and moment as is looked at, as the server's file. */
  function takeFile(panel, form) {
    const facts = cockpit.known();
    const query = new URLSearchParams({ screen: facts.screen, panel, lang: facts.lang });
    const place = facts.fixed || cockpit.get("district");
    if (place) query.set("place", place);
    if (cockpit.get("t")) query.set("t", cockpit.get("t"));
    window.location.href = "/export/panel." + form + "?" + query.toString();
  }

  const clean = (text) => text.replace(/[\\/:*?"<>|\s]+/g, "-").replace(/^-+|-+$/g, "");

  /** The chart with its title above, and its source, the place and the moment below: a picture travels without its page. */
  async function takePicture(section, form) {
    const graph = section.querySelector(".js-plotly-plot");
    if (!graph || !window.Plotly) return;
    const style = getComputedStyle(document.documentElement);
    const title = section.querySelector("h2").textContent;
    const what = section.querySelector(".key-what");
    const caption = section.querySelector(".caption");
    const moment = cockpit.get("t") || new Date().toISOString();
    const day = new Date(moment).toLocaleString("sv-SE", { timeZone: cockpit.known().zone }).slice(0, 16);
    const place = document.querySelector(".head .place .chip.is-on");
    const foot = [place && place.firstChild.textContent, caption && caption.textContent, day].filter(Boolean).join(" · ");
    const words = { xref: "paper", yref: "paper", showarrow: false, xanchor: "left", x: 0, font: { size: 12, color: style.getPropertyValue("--muted") } };
    const layout = {
      ...graph.layout,
      width: 1200,
      height: 600,
      autosize: false,
      paper_bgcolor: style.getPropertyValue("--page").trim(),
      plot_bgcolor: style.getPropertyValue("--page").trim(),
      margin: { l: 70, r: 30, t: 70, b: 80 },
      title: { text: title + (what ? " · " + what.textContent : ""), x: 0.02, font: { size: 20, color: style.getPropertyValue("--text").trim() } },
      annotations: [...(graph.layout.annotations || []), { ...words, y: -0.17, text: foot }],
    };
    const image = await window.Plotly.toImage({ data: graph.data, layout }, { format: form, width: 1200, height: 600, scale: form === "png" ? 2 : 1 });
    const link = document.createElement("a");
    link.href = image;
    link.download = clean(title + "-" + day) + "." + form;
    link.click();
  }

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const tool = event.target.closest("[data-export], [data-picture]");
    if (tool) {
      const box = tool.closest(".tools");
      box.open = false;
      if (tool.dataset.export) takeFile(box.dataset.panel, tool.dataset.export);
      else takePicture(tool.closest(".panel"), tool.dataset.picture);
    }
    const way = event.target.closest(".nav a");
    if (way) keepDistrict(way);
    for (const open of document.querySelectorAll(".tools[open], .nav-more[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of document.querySelectorAll(".tools[open], .nav-more[open]")) open.open = false;
  });

  /** The menu was drawn for the district looked at then; another may have been chosen since. */
  function keepDistrict(link) {
    const target = new URL(link.href);
    const facts = cockpit.known();
    const place = (facts && facts.fixed) || cockpit.get("district");
    if (place) target.searchParams.set("district", place);
    else target.searchParams.delete("district");
    if (cockpit.get("t")) target.searchParams.set("t", cockpit.get("t"));
    else target.searchParams.delete("t");
    link.href = target.toString();
  }
})();
