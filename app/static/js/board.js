// The board of applications: a card can be dragged to another stage. Dropping it sends the card's
// own form, the one that also works by keyboard and without this.
let dragged = null;

for (const card of document.querySelectorAll("[data-card]")) {
  card.draggable = true;
  card.addEventListener("dragstart", (event) => {
    dragged = card;
    card.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.id);
  });
  card.addEventListener("dragend", () => {
    dragged = null;
    card.classList.remove("is-dragged");
    for (const place of document.querySelectorAll(".is-target")) place.classList.remove("is-target");
  });
}

for (const place of document.querySelectorAll("[data-drop-stage]")) {
  place.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    place.classList.add("is-target");
  });
  place.addEventListener("dragleave", (event) => {
    if (!place.contains(event.relatedTarget)) place.classList.remove("is-target");
  });
  place.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const form = dragged.querySelector("form");
    if (form.elements.was.value === place.dataset.dropStage) return;
    form.elements.stage.value = place.dataset.dropStage;
    form.requestSubmit();
  });
}
