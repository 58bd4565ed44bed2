// The frames of an explorer: fetched when the page is quiet, or when a slider is touched. The
// slider itself moves without this script (lsdl_helpers/widgets.py).
for (const box of document.querySelectorAll("[data-explorer]")) {
  const picture = box.querySelector("img"), data = JSON.parse(box.dataset.explorer)
  // The page holds the first frame itself.
  data.frames[0].src = picture.getAttribute("src")
  box.dataset.explorer = JSON.stringify(data)

  const kept = {}  // a browser keeps a picture that a script holds, also without a network
  const fetchFrames = () => {
    for (const { src } of data.frames) {
      if (kept[src]) continue
      kept[src] = new Image()
      kept[src].onerror = () => { delete kept[src] }  // the next touch tries again
      kept[src].src = src
    }
  }
  for (const touch of ["pointerdown", "touchstart", "focusin", "input"]) {
    box.addEventListener(touch, fetchFrames, { passive: true })
  }

  // What could not be fetched leaves the last frame that could.
  let last = data.frames[0].src
  picture.addEventListener("load", () => { last = picture.getAttribute("src") })
  picture.addEventListener("error", () => { picture.src = last })

  const whenQuiet = window.requestIdleCallback || setTimeout
  const start = () => whenQuiet(fetchFrames)
  document.readyState == "complete" ? start() : addEventListener("load", start)
}
