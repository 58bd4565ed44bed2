// The frames of an explorer: fetched when the page is quiet, or when a slider is touched. The
// slider itself moves without this script (lsdl_helpers/widgets.py).
for (const box of document.querySelectorAll("[data-explorer]")) {
  const picture = box.querySelector("img"), data = JSON.parse(box.dataset.explorer)
  const shown = () => picture.getAttribute("src")
  // The page holds the first frame itself.
  data.frames[0].src = shown()
  box.dataset.explorer = JSON.stringify(data)

  const kept = {}  // a browser keeps a picture that a script holds, also without a network
  let last = shown(), wanted = last
  const fetchFrames = () => {
    for (const { src } of data.frames) {
      if (kept[src]) continue
      const image = kept[src] = new Image()
      image.onload = () => { if (src == wanted && shown() != src) picture.src = src }
      image.onerror = () => { delete kept[src] }  // the next touch tries again
      image.src = src
    }
  }

  // Where the wanted frame does not come, the last one stays in place of a broken picture.
  picture.addEventListener("load", () => { last = shown() })
  picture.addEventListener("error", () => { picture.src = last })
  box.addEventListener("input", () => { wanted = shown(); fetchFrames() })
  for (const touch of ["pointerdown", "touchstart", "focusin"]) {
    box.addEventListener(touch, fetchFrames, { passive: true })
  }
  addEventListener("online", fetchFrames)

  const whenQuiet = window.requestIdleCallback || setTimeout
  const start = () => whenQuiet(fetchFrames)
  document.readyState == "complete" ? start() : addEventListener("load", start)
}
