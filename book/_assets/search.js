// Shows what Pagefind finds. The words stand in the address, so that a search can be linked.
(() => {
  "use strict";
  const [field, status, list, more] = [
    ".bd-search-container input", "#search-status", "#search-results", "#search-more",
  ].map((place) => document.querySelector(place));
  const AT_ONCE = 8, SECTIONS = 3;
  const say = (text) => { status.textContent = text; };
  const plain = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}\s]/gu, "");
  let pagefind, rest = [];

  /** Whether a page has all words, but for their ends: where none has, Pagefind offers others. */
  const has = (page, query) => plain(query).trim().split(/\s+/).every(
    (word) => plain(page.content).includes(word.slice(0, Math.max(4, word.length - 3))));

  function add(parent, tag, text, address) {
    const element = parent.appendChild(document.createElement(tag));
    if (address) element.href = address;
    element.textContent = text;
    return element;
  }

  /** A page as a hit: its title and part, then the sections that match best, the lead first. */
  function show(page) {
    const address = page.raw_url.replace(/^\//, ""), item = add(list, "li", "");
    add(add(item, "h2", ""), "a", page.meta.title, address);
    if (page.meta.shelf) add(item, "p", page.meta.shelf).className = "shelf";
    const weight = (part) => part.weighted_locations.reduce((sum, w) => sum + w.balanced_score, 0);
    const lead = (part) => !part.anchor || part.anchor.element === "h1";
    const parts = page.sub_results.sort((a, b) => weight(b) - weight(a)).slice(0, SECTIONS);
    for (const part of parts.sort((a, b) => lead(b) - lead(a))) {
      const text = add(item, "p", "");
      // Of the text Pagefind has escaped < and >; the marks are its own.
      text.innerHTML = part.excerpt;
      if (!lead(part)) {
        text.prepend(add(item, "a", part.title, `${address}#${part.anchor.id}`), ": ");
      }
    }
    return item;
  }

  async function showMore() {
    const pages = await Promise.all(rest.splice(0, AT_ONCE).map((hit) => hit.data()));
    more.hidden = !rest.length;
    return [pages, pages.map(show)];
  }

  async function search() {
    const query = field.value.trim();
    history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
    const found = query && await pagefind.debouncedSearch(query, {}, 200);
    if (found === null) return; // the reader types on
    list.textContent = "";
    rest = found ? found.results.filter((hit) => hit.words.length) : [];
    const count = rest.length, [pages] = await showMore();
    if (!query) say("");
    else if (!count) say(`No page has “${query}”. Try another word, or fewer.`);
    else if (!pages.some((page) => has(page, query))) say(`No page has “${query}”. Similar words:`);
    else say(`${count} page${count > 1 ? "s" : ""} with “${query}”`);
  }

  async function start() {
    field.value = new URLSearchParams(location.search).get("q") ?? "";
    field.focus();
    if (location.protocol === "file:") {
      return say("A browser lets no page opened as a file search. Run: make serve");
    }
    try {
      pagefind = await import(new URL("pagefind/pagefind.js", location));
      await pagefind.options({ noWorker: true }); // for so few pages it would only be loaded
      field.addEventListener("input", search);
      field.form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
      more.addEventListener("click", async () => {
        const [, items] = await showMore();
        items[0].querySelector("a").focus();
      });
      await search();
    } catch (error) {
      say("The search could not be loaded.");
      throw error;
    }
  }
  start();
})();
