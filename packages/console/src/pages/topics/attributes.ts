/** `kind=order` is an attribute with one value, `kind=order|refund` one with several; a line for each. */
const LINE = /^([^=]+)=(.+)$/;

export interface NamedValues {
  readonly name: string;
  readonly values: string[];
}

/** Undefined when a line has another form. */
export function namedValuesOf(text: string): NamedValues[] | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const found = lines.map((line) => {
    const [, name = '', value = ''] = LINE.exec(line) ?? [];
    return { name: name.trim(), values: value.split('|').map((one) => one.trim()) };
  });
  return found.every(({ name }) => name !== '') ? found : undefined;
}

/** Attributes of a message, as its filters see them. Undefined when a line has another form. */
export function attributesOf(text: string) {
  return namedValuesOf(text)?.map(({ name, values }) => {
    const [value = ''] = values;
    return values.length === 1 ? { name, type: 'STRING', value } : { name, type: 'STRING_ARRAY', value: values };
  });
}
