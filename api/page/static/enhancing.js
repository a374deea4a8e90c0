// Loads the module that an element names (`data-module`), and hands it the element.

const NAME = /^[a-z]+$/;

export async function enhanceAll(root) {
  const loads = [];
  for (const element of root.querySelectorAll("[data-module]")) {
    const name = element.dataset.module;
    if (NAME.test(name)) {
      loads.push(import(`./${name}.js`).then((module) => module.enhance(element)));
    }
  }
  await Promise.all(loads);
}
