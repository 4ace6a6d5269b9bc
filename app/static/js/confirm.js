// A button with data-confirm="question" asks before it sends its form.
let asked = null;

const dialog = document.createElement("dialog");
const question = document.createElement("p");
const buttons = document.createElement("div");
const yes = document.createElement("button");
const no = document.createElement("button");

question.id = "confirm-question";
dialog.setAttribute("aria-labelledby", question.id);
buttons.className = "cluster";
yes.className = "button danger";
no.className = "button secondary";
no.textContent = "Cancel";
yes.type = no.type = "button";
buttons.append(no, yes);
dialog.append(question, buttons);
document.body.append(dialog);

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-confirm]");
  if (!button || asked === button) return;
  event.preventDefault();
  question.textContent = button.dataset.confirm;
  yes.textContent = button.textContent.trim();
  yes.onclick = () => {
    dialog.close();
    asked = button;
    button.form.requestSubmit(button);
    asked = null;
  };
  dialog.showModal();
  no.focus();
});

no.addEventListener("click", () => dialog.close());
