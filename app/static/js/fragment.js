// An element with data-fragment="/address" is replaced by the HTML found there. Inside it stands a
// plain link to the same content, which stays where the fragment cannot be had.
async function load(place) {
  place.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(place.dataset.fragment, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    const html = (await response.text()).trim();
    // The answer is our own server's, escaped there; scripts in it would not run.
    const parsed = new DOMParser().parseFromString(html, "text/html");
    place.replaceWith(...parsed.body.childNodes);
  } catch {
    // Offline: the link stays.
  } finally {
    place.removeAttribute("aria-busy");
  }
}

for (const place of document.querySelectorAll("[data-fragment]")) load(place);
