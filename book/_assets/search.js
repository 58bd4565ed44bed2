// Shows what Pagefind finds. The words stand in the address, so that a search can be linked.
(async () => {
  "use strict";
  const [field, status, list, more] = [
    ".bd-search-container input", "#search-status", "#search-results", "#search-more",
  ].map((place) => document.querySelector(place));
  const AT_ONCE = 6, SECTIONS = 3;
  const say = (text) => { status.textContent = text; };
  const plain = (text) => text.toLowerCase().replace(/<\/?mark>|[^\p{L}\p{N}\s]/gu, "");
  let rest = [];

  // Of a word that no page has, Pagefind goes back as far as to its first letter.
  const has = (page, query) => plain(query).trim().split(/\s+/).every(
    (word) => plain(page.content).includes(word.slice(0, 4)));

  function add(parent, tag, text = "", address = "") {
    const element = parent.appendChild(document.createElement(tag));
    element.textContent = text;
    if (address) element.href = address;
    return element;
  }

  function addSection(item, part, address) {
    const words = part.excerpt.split(" "), title = part.title.split(/\s+/).length;
    if (plain(words.slice(0, title).join(" ")) === plain(part.title)) words.splice(0, title);
    const text = add(item, "p");
    text.innerHTML = words.join(" "); // the marks are Pagefind's, the page's own < are escaped
    if (address) text.prepend(add(text, "a", part.title, address), " – ");
  }

  function show(page) {
    const address = page.raw_url.slice(1), item = add(list, "li");
    add(add(item, "h2"), "a", page.meta.title, address);
    add(item, "p", page.meta.shelf).className = "shelf";
    const weight = (part) => part.weighted_locations.reduce((sum, w) => sum + w.balanced_score, 0);
    const anchor = ({ anchor }) => anchor && anchor.element !== "h1" && `${address}#${anchor.id}`;
    const parts = page.sub_results.sort((a, b) => weight(b) - weight(a)).slice(0, SECTIONS);
    for (const part of parts.sort((a, b) => !!anchor(a) - !!anchor(b))) {
      addSection(item, part, anchor(part));
    }
    return item;
  }

  async function showMore() {
    const pages = await Promise.all(rest.splice(0, AT_ONCE).map((hit) => hit.data()));
    more.hidden = !rest.length;
    return { pages, items: pages.map(show) };
  }

  async function search(wait_ms) {
    const query = field.value.trim();
    history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
    const reference = { kind: "reference" };
    const found = await pagefind.debouncedSearch(query, { filters: { not: reference } }, wait_ms);
    if (!found) return; // the reader types on
    const late = await pagefind.search(query, { filters: reference });
    if (query !== field.value.trim()) return;
    list.textContent = "";
    rest = [...found.results, ...late.results].filter((hit) => query && hit.words.length);
    const count = rest.length, { pages } = await showMore();
    if (pages.some((page) => has(page, query))) {
      return say(`${count} page${count > 1 ? "s" : ""} for “${query}”`);
    }
    list.textContent = "";
    more.hidden = true;
    say(query && `No page has “${query}”. Try another word, or fewer.`);
  }

  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.focus();
  if (location.protocol === "file:") {
    return say("A browser lets no page search that was opened as a file. Run: make serve");
  }
  say("Loading …");
  const pagefind = await import(new URL("pagefind/pagefind.js", location)).catch((error) => {
    say("The search could not be loaded.");
    throw error;
  });
  await pagefind.options({ noWorker: true }); // for so few pages it would only be loaded
  field.addEventListener("input", () => search(200));
  field.form.addEventListener("submit", (event) => { event.preventDefault(); search(0); });
  more.addEventListener("click", async () => {
    (await showMore()).items[0].querySelector("a").focus();
  });
  search(0);
})();
