// Boxes and folds of a chapter, the page "Your ledger". Nothing leaves the browser.
const find = (query, within = document) => [...within.querySelectorAll(query)]
const stored = (act, ...args) => { try { return localStorage[act](...args) } catch {} }
const place = report => "lsdl-guesses:" + report.chapter
const fits = ({ choices }, guess) => choices.length ? choices.includes(guess) : Number.isFinite(guess)

// A report a chapter, as `Ledger.export` writes it, with what is kept.
const reports = JSON.parse(find("#lsdl-reports")[0].textContent)
const [here] = reports
let seen
for (const report of reports) {
  let kept = {}
  try { kept = Object(JSON.parse(stored("getItem", place(report)))) } catch {}
  const { id = crypto.randomUUID?.() ?? Math.random(), started, guesses } = kept
  report.id = `${id}`
  report.started = Date.parse(started) ? started : new Date().toISOString().slice(0, 19) + "+00:00"
  seen = new Set([].concat(kept.seen))
  for (const entry of report.entries) {
    const guess = Object(guesses)[entry.name]
    if (fits(entry, guess)) entry.guess = guess
  }
}
const entryOf = part => here.entries.find(({ name }) => name == part.dataset.name)

const say = ({ guess, unit }) => guess.toLocaleString("en", { maximumSignificantDigits: 6 })
  + (unit == "ratio" ? "×" : unit && "\u00a0" + unit)
const near = ({ choices, measured }, value) => choices.length
  ? value == measured : measured / value >= .5 && measured / value <= 2
const judge = entry => {
  if (entry.choices.length) return near(entry, entry.guess) ? ", right" : ", wrong"
  const ratio = entry.measured / entry.guess, factor = Math.max(ratio, 1 / ratio)
  if (!(factor < Infinity && ratio > 0)) return ""
  if (factor < 1.005) return ", right"
  const off = factor < 100 ? factor.toPrecision(3) : Math.round(factor)
  return `, off by a factor of ${off} (too ${ratio > 1 ? "low" : "high"})`
}

// Reads 1.7, 1,7, 2e6, 5 ms, 1,234,567; 1,234 may be two.
const parse = (typed, unit) => {
  typed = typed.replace(/[\s×]/g, "").replace(unit, "")
  if (/^\d+(,\d{3}){2,}$/.test(typed)) typed = typed.replaceAll(",", "")
  else if (!/^[1-9]\d*,\d{3}$/.test(typed)) typed = typed.replace(",", ".")
  return typed ? +typed : NaN
}

const update = () => {
  for (const part of find(".guessed")) if (seen.has(part.dataset.fold)) part.classList.add("open")
  for (const line of find(".verdict")) {
    const entry = entryOf(line), { head, formula } = line.dataset
    if (entry.guess != null)
      line.textContent = `${head}Your guess: ${say(entry)}${judge(entry)}; ${formula}`
  }
}

const start = form => {
  const key = form.dataset.fold, fields = find("[data-name]", form)
  const [said] = find("output", form), [skip] = find("[type=button]", form)
  // A guess stays.
  const lock = () => { for (const part of form.elements) part.disabled = seen.has(key) }
  const reveal = text => {
    said.textContent = text
    seen.add(key)
    update()
    said.focus()
    lock()
    const { id, started, entries } = here, guesses = {}
    for (const { name, guess } of entries) if (guess != null) guesses[name] = guess
    stored("setItem", place(here), JSON.stringify({ id, started, seen: [...seen], guesses }))
  }
  form.onsubmit = event => {
    event.preventDefault()
    const made = []
    const refuse = (field, text) => {
      said.textContent = text
      field.ariaInvalid = true
      field.focus()
    }
    for (const field of fields) {
      const entry = entryOf(field), typed = field.value.trim()
      const guess = entry.choices.length ? typed : parse(typed, entry.unit)
      field.ariaInvalid = null
      if (typed && !fits(entry, guess))
        return refuse(field, `“${typed}” is no number, as 1234, 1.5, 2e6.`)
      if (typed) made.push([entry, guess])
    }
    if (!made.length) return refuse(fields[0], "Enter a guess, or go on without.")
    for (const [entry, guess] of made) entry.guess = guess
    reveal("Kept in this browser. Read on below.")
  }
  skip.onclick = () => reveal("Read on below.")
  for (const field of fields) field.value = entryOf(field).guess ?? ""
  lock()
  form.hidden = false
}

for (const bar of find(".guess-bar")) {
  const ALL = "lsdl-all", { classList } = document.documentElement
  const [button] = find("button", bar)
  const all = yes => {
    classList.toggle("guessing", !yes)
    button.textContent = yes ? "Fold again" : "Show everything"
    for (const fold of find(".measurement")) fold.open = yes
  }
  find(".guess").forEach(start)
  update()
  if (stored("getItem", ALL)) all(true)
  button.onclick = () => {
    const yes = classList.contains("guessing")
    stored(yes ? "setItem" : "removeItem", ALL, 1)
    all(yes)
  }
  bar.hidden = false
  // Keys reach what scrolls.
  onclick = () => dispatchEvent(new Event("resize"))
}

for (const ledger of find(".ledger")) {
  const [count] = find(".count"), [forget] = find(".forget")
  let close = 0, measured = 0, right = 0, formulas = 0
  find(".ledger section").forEach((part, k) => {
    find("tbody tr", part).forEach((row, j) => {
      const entry = reports[k].entries[j], { guess, kind } = entry
      if (guess == null) return row.remove()
      part.hidden = forget.hidden = false
      row.cells[1].textContent = say(entry) + (near(entry, guess) ? " ✓" : "")
      if (entry.measured == null) return
      measured += 1
      close += near(entry, guess)
      if (kind != "formula") return
      formulas += 1
      right += near(entry, entry.predicted)
    })
    const file = new Blob([JSON.stringify(reports[k], null, 1)], { type: "application/json" })
    find("[download]", part)[0].href = URL.createObjectURL(file)
  })
  if (!forget.hidden) count.textContent =
    `You: ${close} of ${measured} within a factor of two. Formulas: ${right} of ${formulas}.`
  forget.onclick = () => {
    if (!confirm("Forget all guesses?")) return
    for (const report of reports) stored("removeItem", place(report))
    location.reload()
  }
  ledger.hidden = false
}
