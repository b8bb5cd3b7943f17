// Makes elements of the page.

/** Returns an element with these properties and children. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function makeButton(text, action) {
  const button = make('button', {type: 'button', textContent: text});
  button.addEventListener('click', action);
  return button;
}
