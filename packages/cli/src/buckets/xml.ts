import { CliError } from '../framework/index.ts';

/** An element of an answer; attributes are left out. */
export interface Element {
  readonly name: string;
  readonly children: readonly Element[];
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

/** Deeper than any answer of S3. */
const MAX_DEPTH = 8;

/** The root of a document. Throws `CLI.PROTOCOL` for anything else. */
export async function readXml(text: string): Promise<Element> {
  // other commands do not wait for it; a bundle of CommonJS has no names
  const { SaxesParser } = (await import('saxes')).default;
  const parser = new SaxesParser({ xmlns: false });
  const stack: Open[] = [];
  let root: Element | undefined;
  const refuse = (): never => {
    throw new CliError('the server answered with something other than XML of S3', {
      code: 'CLI.PROTOCOL',
      hint: 'Is this the address of buckets? It is another than that of the API.',
    });
  };
  parser.on('error', refuse);
  parser.on('doctype', refuse);
  parser.on('opentag', ({ name }) => {
    if (stack.length >= MAX_DEPTH) refuse();
    stack.push({ name, children: [], text: '' });
  });
  parser.on('text', (piece) => {
    const open = stack.at(-1);
    if (open !== undefined) open.text += piece;
  });
  parser.on('closetag', () => {
    const closed = stack.pop();
    if (closed === undefined) return;
    const parent = stack.at(-1);
    if (parent === undefined) root = closed;
    else parent.children.push(closed);
  });
  parser.write(text).close();
  return root ?? refuse();
}

/** The children of this name. */
export function all(element: Element | undefined, name: string): readonly Element[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** The text of the first child of this name; empty without one. */
export function textOf(element: Element | undefined, name: string): string {
  return all(element, name)[0]?.text ?? '';
}

/** A text that the server has percent-encoded because of `encoding-type=url`. Throws `CLI.PROTOCOL` for another. */
export function decodedTextOf(element: Element, name: string): string {
  try {
    return decodeURIComponent(textOf(element, name));
  } catch (cause) {
    throw new CliError(`the server sent a ${name} that is no percent-encoded text`, { code: 'CLI.PROTOCOL', cause });
  }
}
