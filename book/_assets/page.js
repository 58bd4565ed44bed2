// What the theme leaves open: focus, boxes that scroll, paper.
{ // other scripts have names, too
const find = query => [...document.querySelectorAll(query)]
const panels = find("dialog")
const tooltip = button => button && window.bootstrap?.Tooltip.getInstance(button)
let opener

// The theme takes the focus from the button that opens a panel.
const note = event => {
  if (!panels.some(panel => panel.open))
    opener = event.target.closest?.("button") ?? document.activeElement
}
addEventListener("click", note, true)
addEventListener("keydown", note, true)

for (const panel of panels) {
  panel.addEventListener("click", event => {
    if (!event.target.closest("a[href*='#']")) return
    opener = null // the reader goes on in the text
    panel.close()
  })
  panel.addEventListener("close", () => {
    const button = opener, tip = tooltip(button)
    tip?.hide()
    tip?.disable() // else the focus shows it again
    button?.addEventListener("blur", () => tip?.enable(), { once: true })
    button?.focus({ preventScroll: true })
  })
}
addEventListener("keydown", event => {
  if (event.key == "Escape") tooltip(document.activeElement.closest("button"))?.hide()
})

// What scrolls sideways fades at its right edge, until its end.
const fade = box =>
  box.classList.toggle("goes-on", box.scrollWidth - box.clientWidth - box.scrollLeft > 2)
const sizes = new ResizeObserver(all => { for (const { target } of all) fade(target) })
for (const box of find(".output, .pst-scrollable-table-container, div.math")) {
  box.onscroll = () => fade(box)
  sizes.observe(box)
}

// Paper is white, and nobody can open a fold on it.
const undo = []
addEventListener("beforeprint", () => {
  const { dataset } = document.documentElement, { theme } = dataset
  dataset.theme = "light"
  undo.push(() => dataset.theme = theme)
  for (const fold of find("details:not([open])")) {
    fold.open = true
    undo.push(() => fold.open = false)
  }
})
addEventListener("afterprint", () => {
  for (const act of undo.splice(0)) act()
})
}
