// Makes elements of the page.

/** Returns an element with these properties and children. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Returns a control, which must have an id, with its label. */
export function labelled(text, control) {
  return make('div', {className: 'field'}, make('label', {htmlFor: control.id, textContent: text}), control);
}

export function makeButton(text, action) {
  const button = make('button', {type: 'button', textContent: text});
  button.addEventListener('click', action);
  return button;
}
