const LINE = /^([^=]+)=(.+)$/;

/** Lines `name=value` as pairs. Undefined when a line has another form. */
export function nameValuesOf(text: string): [name: string, value: string][] | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const pairs = lines.map((line): [string, string] => {
    const [, name = '', value = ''] = LINE.exec(line) ?? [];
    return [name.trim(), value.trim()];
  });
  return pairs.every(([name, value]) => name !== '' && value !== '') ? pairs : undefined;
}

export const nameValuesText = (pairs: Readonly<Record<string, string>>): string =>
  Object.entries(pairs)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
