// After a refused form: the summary takes the focus, and its links lead to a control, not a group.
const summary = document.querySelector("[data-error-summary]");

summary?.focus();

summary?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!target) return;
  const control = target.matches("fieldset") ? target.querySelector("input, select, textarea") : target;
  if (!control) return;
  event.preventDefault();
  const label = target.querySelector("legend") ?? document.querySelector(`label[for="${CSS.escape(target.id)}"]`);
  (label ?? control).scrollIntoView({ block: "start" });
  control.focus({ preventScroll: true });
});
