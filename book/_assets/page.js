// What the theme leaves open: panels that give the focus back, boxes that scroll, and paper.
const root = document.documentElement
const panels = [...document.querySelectorAll("dialog")]
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
    tip?.disable() // else the focus shows it again, over the bar
    button?.addEventListener("blur", () => tip?.enable(), { once: true })
    button?.focus({ preventScroll: true })
  })
}
addEventListener("keydown", event => {
  if (event.key == "Escape") tooltip(document.activeElement.closest("button"))?.hide()
})

// What scrolls sideways fades at its right edge, until it is scrolled to its end.
const fade = box =>
  box.classList.toggle("goes-on", box.scrollWidth - box.clientWidth - box.scrollLeft > 2)
const sizes = new ResizeObserver(all => all.forEach(({ target }) => fade(target)))
for (const box of document.querySelectorAll(
  ".bd-article :is(.output, .pst-scrollable-table-container, div.math)")) {
  box.onscroll = () => fade(box)
  sizes.observe(box)
}

// Paper is white, and nobody can open a fold on it.
let undo = []
addEventListener("beforeprint", () => {
  const { theme } = root.dataset
  root.dataset.theme = "light"
  undo.push(() => root.dataset.theme = theme)
  for (const fold of document.querySelectorAll(".bd-article details:not([open])")) {
    fold.open = true
    undo.push(() => fold.open = false)
  }
})
addEventListener("afterprint", () => {
  for (const act of undo) act()
  undo = []
})
