// The filters of a search answer at once: on a change the same URL that the button would open is
// fetched, and the parts of the page marked data-refresh (each with an id) are exchanged.
const form = document.querySelector("form[data-filters]");
// Stays while the parts around it are exchanged, so that screen readers hear the new count.
const status = document.createElement("p");
status.className = "visually-hidden";
status.setAttribute("role", "status");
form.after(status);
let request = null;

function address() {
  const chosen = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== "") chosen.append(name, value);
  if (!chosen.has("pay_min")) chosen.delete("pay_per");
  if (!chosen.has("near")) chosen.delete("miles");
  const query = chosen.toString();
  return form.action.split("?")[0] + (query ? `?${query}` : "");
}

function exchange(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const focused = document.activeElement?.id;
  const open = [...document.querySelectorAll("[data-refresh] details[id][open]")].map((d) => d.id);
  for (const part of document.querySelectorAll("[data-refresh]")) {
    const next = fresh.getElementById(part.id);
    if (next) part.replaceChildren(...next.childNodes);
  }
  document.title = fresh.title;
  status.textContent = document.getElementById("result-count")?.textContent.trim() ?? "";
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function refresh() {
  const url = address();
  request?.abort();
  request = new AbortController();
  try {
    const response = await fetch(url, { signal: request.signal, headers: { Accept: "text/html" } });
    if (!response.ok) return form.submit();
    exchange(await response.text());
    history.pushState(null, "", url);
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  }
}

form.addEventListener("change", (event) => {
  // Typed text waits for the button or Enter: a search half typed is not a choice.
  if (event.target.matches("input[type=checkbox], input[type=radio], select")) refresh();
});

addEventListener("popstate", () => location.reload());
