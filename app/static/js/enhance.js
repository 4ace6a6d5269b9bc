// Every page works without scripts. This loads the improvements a page asks for by its markup.
const modules = {
  "details[data-menu]": "./menu.js",
  "[data-error-summary]": "./errors.js",
  "[data-confirm]": "./confirm.js",
  "[data-copy]": "./copy.js",
  "[data-fragment]": "./fragment.js",
  "input[data-suggest-url]": "./suggest.js",
  "form[data-filters]": "./filters.js",
  "[data-board]": "./board.js",
};

for (const [selector, module] of Object.entries(modules)) {
  if (document.querySelector(selector)) import(module);
}
