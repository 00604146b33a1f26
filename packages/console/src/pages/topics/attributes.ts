import { nameValuesOf } from '../../parts/name-values.ts';

/**
 * Attributes of a message, as filters see them: a line `kind=order` for one value, `kind=order|refund` for several.
 * Undefined when a line has another form.
 */
export function attributesOf(text: string) {
  return nameValuesOf(text)?.map(([name, list]) => {
    const values = list.split('|').map((value) => value.trim());
    const [value = ''] = values;
    return values.length === 1 ? { name, type: 'STRING', value } : { name, type: 'STRING_ARRAY', value: values };
  });
}
