// Input forms from the engine's tables of options (src/engine/controls.h).

/**
 * @typedef {{name: string, type: 'flag'|'integer'|'number'|'numbers'|'choice', min?: number,
 *   max?: number, choices?: string[], help: string}} OptionItem
 * @typedef {{group: string, kind: string, title?: string, defaults: object, fields: OptionItem[]}}
 *   Form
 */

/** Returns the name of an option for people: "weight_decay" is "Weight decay". */
export function optionLabel(name) {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * Returns the value that a text stands for; undefined if it is not one of the option's.
 * @param {{type: string, min?: number, max?: number}} option
 * @param {string} text
 */
export function parseOption({type, min = -Infinity, max = Infinity}, text) {
  const trimmed = text.trim();
  if (type === 'numbers') return trimmed;
  const value = Number(trimmed.replace(',', '.') || NaN);
  const isGood = value >= min && value <= max && (type === 'number' || Number.isInteger(value));
  return isGood ? value : undefined;
}

/** Returns the options `values` with one of them changed; those with their defaults are left out. */
export function withOption({defaults}, values, name, value) {
  const {[name]: before, ...rest} = values;
  return value === defaults[name] ? rest : {...rest, [name]: value};
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function makeInput(item, value) {
  if (item.type === 'flag') return element('input', {type: 'checkbox', checked: value});
  if (item.type === 'choice') {
    const select = element('select', {}, ...item.choices.map((name) => new Option(name, name)));
    select.value = value;
    return select;
  }
  const isText = item.type === 'numbers';
  return element('input', {type: 'text', inputMode: isText ? 'text' : 'decimal',
    spellcheck: false, value: value ?? ''});
}

/**
 * Returns one field per option of a form. `changed` gets all options after each valid change.
 * @param {Form} form
 * @param {object} values  those options that differ from their defaults
 * @param {(values: object) => void} changed
 */
export function makeOptionFields(form, values, changed) {
  let current = values;
  return form.fields.map((item) => {
    const id = ['option', form.group, form.kind, item.name].filter(Boolean).join('-');
    const input = makeInput(item, current[item.name] ?? form.defaults[item.name]);
    input.id = id;
    input.title = item.help;
    input.setAttribute('aria-describedby', `${id}-about`);
    const about = element('p',
      {id: `${id}-about`, className: 'for-readers', textContent: item.help});
    input.addEventListener('change', () => {
      const value = item.type === 'flag' ? input.checked
        : item.type === 'choice' ? input.value : parseOption(item, input.value);
      const isGood = value !== undefined;
      input.setAttribute('aria-invalid', String(!isGood));
      about.className = isGood ? 'for-readers' : 'about bad';
      const what = item.type === 'integer' ? 'whole number' : 'number';
      about.textContent = isGood ? item.help : `A ${what} from ${item.min} to ${item.max}`;
      if (!isGood) return;
      current = withOption(form, current, item.name, value);
      changed(current);
    });
    const label = element('label',
      {htmlFor: id, title: item.help, textContent: optionLabel(item.name)});
    const isFlag = item.type === 'flag';
    return element('div', {className: isFlag ? 'field flag' : 'field'},
      ...(isFlag ? [input, label] : [label, input]), about);
  });
}
