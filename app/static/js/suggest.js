// Search as you type: a text box becomes a combobox (WAI-ARIA APG, list autocomplete with manual
// selection). data-suggest-url answers ?q=… with {"items": [{"title", "code", "url"}]}.
const PAUSE = 120; // milliseconds without a key before asking

let lists = 0;

function enhance(input) {
  const box = document.createElement("div");
  const list = document.createElement("ul");
  const status = document.createElement("p");
  let timer = 0;
  let request = null;
  let active = -1;

  box.className = "suggest";
  input.before(box);
  list.id = `suggestions-${(lists += 1)}`;
  list.className = "suggest-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  box.append(input, list, status);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id], ["autocomplete", "off"]]) {
    input.setAttribute(name, value);
  }

  function close() {
    request?.abort();
    clearTimeout(timer);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function mark(index) {
    active = index;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = list.children[index];
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function option(item, index) {
    const row = document.createElement("li");
    const code = document.createElement("span");
    const title = document.createElement("span");
    row.id = `${list.id}-${index}`;
    row.setAttribute("role", "option");
    row.dataset.url = item.url;
    code.className = "code";
    code.textContent = item.code;
    title.textContent = item.title;
    row.append(code, " ", title);
    if (item.system) {
      const system = document.createElement("span");
      system.className = "muted small";
      system.textContent = item.title ? ` ${item.system}` : item.system;
      title.append(system);
    }
    return row;
  }

  async function ask() {
    const typed = input.value.trim();
    if (typed.length < 2) return close();
    request?.abort();
    const current = (request = new AbortController());
    try {
      const address = new URL(input.dataset.suggestUrl, location.href);
      address.searchParams.set("q", typed);
      const response = await fetch(address, { signal: current.signal, headers: { Accept: "application/json" } });
      if (!response.ok) return close();
      const { items } = await response.json();
      list.replaceChildren(...items.map(option));
      mark(-1);
      list.hidden = items.length === 0;
      input.setAttribute("aria-expanded", String(items.length > 0));
      status.textContent = items.length === 1 ? "1 suggestion" : `${items.length} suggestions`;
    } catch {
      // Overtaken by the next key, or offline: the search button still works.
    }
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
    if (list.hidden) return;
    const count = list.children.length;
    if (event.key === "ArrowDown") { event.preventDefault(); mark((active + 1) % count); }
    if (event.key === "ArrowUp") { event.preventDefault(); mark(active <= 0 ? count - 1 : active - 1); }
    if (event.key === "Enter" && active >= 0) { event.preventDefault(); location.assign(list.children[active].dataset.url); }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // keep the focus in the box
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[role=option]");
    if (row) location.assign(row.dataset.url);
  });
}

document.querySelectorAll("input[data-suggest-url]").forEach(enhance);
