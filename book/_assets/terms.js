/* A term shows its definition, a citation its source: on hover, on focus, on the first tap. */
(() => {
  if (!("popover" in HTMLElement.prototype)) return; // they are links, as without JavaScript
  const box = document.createElement("div");
  Object.assign(box, { id: "definition", className: "definition", popover: "manual" });
  let shown, firstTap, timer;
  const later = (act, ms) => { clearTimeout(timer); timer = setTimeout(act, ms); };
  const over = part => shown?.contains(part) || box.contains(part);
  const leave = e => e.pointerType === "touch" || later(hide, 300);

  function hide() {
    clearTimeout(timer);
    shown?.removeAttribute("aria-describedby");
    shown = null;
    box.remove();
  }

  function show(link, text) {
    if (shown === link) return;
    hide();
    const more = document.createElement("a");
    more.href = link.href;
    more.textContent = text.content ? "In the glossary" : "In the bibliography";
    box.replaceChildren(text.content?.cloneNode(true) ?? text, more);
    link.after(box); // where the tab key goes next
    link.setAttribute("aria-describedby", box.id);
    shown = link;
    box.showPopover();
    place();
  }

  function place() {
    const { clientWidth, clientHeight } = document.documentElement;
    const [first, last = first] = shown.getClientRects(), above = first.top - box.offsetHeight - 4;
    const top = last.bottom + box.offsetHeight < clientHeight || above < 0 ? last.bottom + 4 : above;
    const left = Math.max(8, Math.min(last.left, clientWidth - box.offsetWidth - 8));
    box.style.translate = `${left + scrollX}px ${top + scrollY}px`;
  }

  for (const link of document.querySelectorAll(".bd-article a.internal")) {
    const cited = link.closest(".bibtex-citation") && link.title;
    const text = cited || document.getElementById("define-" + link.hash.slice(1));
    if (!text) continue;
    if (cited) link.title = ""; // the browser would show it, too
    const open = () => show(link, text);
    link.addEventListener("focus", open);
    link.addEventListener("pointerenter", e => e.pointerType === "touch" || later(open, 200));
    link.addEventListener("pointerleave", leave);
    link.addEventListener("pointerdown", e => {
      firstTap = e.pointerType === "touch" && shown !== link;
    });
    link.addEventListener("click", e => {
      if (firstTap) e.preventDefault(), open();
    });
  }
  new ResizeObserver(() => shown && place()).observe(document.body); // what is above may grow
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", leave);
  for (const type of ["pointerdown", "focusin"]) {
    document.addEventListener(type, e => over(e.target) || hide());
  }
  document.addEventListener("keydown", e => {
    if (e.key !== "Escape" || !shown) return;
    if (box.contains(document.activeElement)) shown.focus();
    hide();
  });
})();
