/* A small picture of the wall's page, made by its own browser when somebody on /walls asks for one: the page's elements and
   styles as one SVG image, drawn on a canvas. Nothing is fetched for it. What a browser does not let be copied is hatched. */
(function () {
  "use strict";
  const cockpit = (window.cockpit = window.cockpit || {});
  const AREA = 360000; // pixels of the picture: 800 × 450, or as many in the wall's own shape
  const MOST = 120000; // bytes; api/displays.py takes no more
  const QUALITIES = [0.7, 0.5, 0.3, 0.15];
  const XHTML = "http://www.w3.org/1999/xhtml";
  const HATCH = "background: repeating-linear-gradient(45deg, #46525f 0 6px, #0c2135 6px 12px)";
  const UNSEEN = "script, style, link, meta, iframe, video, [hidden]";

  /** Every rule of the page, Plotly's included. An image has another root element, so rules for the root go by a class. */
  function rules() {
    const read = (sheet) => {
      try {
        return [...sheet.cssRules].map((rule) => rule.cssText);
      } catch (error) {
        return []; // another origin's, which is none of ours
      }
    };
    return [...document.styleSheets].flatMap(read).join("\n").replace(/:root\b/g, ".picture-root");
  }

  /** What a canvas shows. WebGL forgets its picture after a frame, so its owner draws it again first (canvas.drawAgain). */
  function copied(canvas) {
    const image = document.createElement("img");
    for (const { name, value } of canvas.attributes) image.setAttribute(name, value);
    const box = [canvas.offsetWidth, canvas.offsetHeight].map((n) => n + "px");
    [image.style.width, image.style.height] = box;
    try {
      if (canvas.drawAgain) canvas.drawAgain();
      image.src = canvas.toDataURL();
    } catch (error) {
      image.style.cssText += ";" + HATCH;
    }
    return image;
  }

  function page() {
    const root = document.documentElement;
    const copy = root.cloneNode(true);
    const originals = root.querySelectorAll("canvas");
    copy.querySelectorAll("canvas").forEach((canvas, n) => {
      if (originals[n].offsetWidth) canvas.replaceWith(copied(originals[n]));
      else canvas.remove();
    });
    for (const node of copy.querySelectorAll(UNSEEN)) node.remove();
    copy.classList.add("picture-root");
    const style = document.createElementNS(XHTML, "style");
    style.textContent = rules();
    copy.querySelector("body").prepend(style);
    return new XMLSerializer().serializeToString(copy);
  }

  async function loaded(url) {
    const image = new Image();
    image.src = url;
    await image.decode();
    return image;
  }

  /** The picture as base64 of a JPEG; "" when this browser will not make one or none is small enough. */
  cockpit.wallPicture = async function () {
    const [width, height] = [window.innerWidth, window.innerHeight];
    const size = window.getComputedStyle(document.documentElement).fontSize;
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" style="font-size:${size}">` +
      `<foreignObject width="100%" height="100%">${page()}</foreignObject></svg>`;
    const image = await loaded("data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg));
    const scale = Math.min(Math.sqrt(AREA / (width * height)), 1);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
    const pen = canvas.getContext("2d");
    pen.fillStyle = window.getComputedStyle(document.body).backgroundColor;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    for (const quality of QUALITIES) {
      const text = canvas.toDataURL("image/jpeg", quality).split(",")[1];
      if (text.length * 0.75 <= MOST) return text;
    }
    return "";
  };
})();
