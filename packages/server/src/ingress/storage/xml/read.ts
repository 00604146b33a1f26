import { SaxesParser } from 'saxes';
import { StorageError } from '../errors.ts';

/** An element of a document without attributes and without mixed content. */
export interface Element {
  readonly name: string;
  readonly children: readonly Element[];
  /** Of an element without children; else empty. */
  readonly text: string;
}

const MAX_DEPTH = 8;
/** The largest documents name 10,000 parts, each with a number, an ETag and a checksum. */
const MAX_ELEMENTS = 60_000;

interface Open {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

/**
 * Reads a document with this root. Bounded in depth and number of elements; knows no entities but the five of XML.
 * Throws `MalformedXML` for one that is not well-formed, has a document type, a processing instruction or another root.
 */
export function readXml(body: Buffer, root: string): Element {
  const parser = new SaxesParser({ xmlns: false });
  const stack: Open[] = [];
  let elements = 0;
  let document: Element | undefined;
  const refuse = (what: string): never => {
    throw new StorageError('MalformedXML', `The XML of the request is not valid: ${what}.`);
  };
  parser.on('error', ({ message }) => refuse(message.slice(0, 200)));
  parser.on('doctype', () => refuse('a document type is not allowed'));
  parser.on('processinginstruction', () => refuse('processing instructions are not allowed'));
  parser.on('opentag', ({ name }) => {
    elements += 1;
    if (elements > MAX_ELEMENTS) refuse(`it has more than ${MAX_ELEMENTS} elements`);
    if (stack.length >= MAX_DEPTH) refuse(`it is nested more than ${MAX_DEPTH} deep`);
    stack.push({ name: name.slice(name.indexOf(':') + 1), children: [], text: '' });
  });
  const onText = (text: string): void => {
    const open = stack.at(-1);
    if (open !== undefined) open.text += text;
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', () => {
    const open = stack.pop();
    if (open === undefined) return;
    const { name, children, text } = open;
    if (children.length > 0 && text.trim() !== '') refuse(`${name} has both text and elements`);
    const element = { name, children, text: children.length > 0 ? '' : text };
    const parent = stack.at(-1);
    if (parent === undefined) document = element;
    else parent.children.push(element);
  });
  parser.write(decode(body) ?? refuse('it is not UTF-8')).close();
  if (document === undefined || document.name !== root) return refuse(`its root is not ${root}`);
  return document;
}

function decode(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** The children with this name. */
export function all({ children }: Element, name: string): Element[] {
  return children.filter((child) => child.name === name);
}

/** The one child with this name. Throws `MalformedXML` for two. */
export function maybe(element: Element, name: string): Element | undefined {
  const [first, second] = all(element, name);
  if (second !== undefined) throw new StorageError('MalformedXML', `${element.name} has ${name} more than once.`);
  return first;
}

/** The text of the one child with this name. Throws `MalformedXML` without one. */
export function textOf(element: Element, name: string): string {
  const child = maybe(element, name);
  if (child === undefined) throw new StorageError('MalformedXML', `${element.name} has no ${name}.`);
  return child.text;
}
/** Throws `NotImplemented` for a child of another name: no part of a configuration is left out in silence. */
export function refuseOthers(element: Element, known: readonly string[]): void {
  const other = element.children.find(({ name }) => !known.includes(name));
  if (other === undefined) return;
  const what = `${other.name.slice(0, 60)} in ${element.name.slice(0, 60)}`;
  throw new StorageError('NotImplemented', `${what} is not implemented.`, { hint: `Known are ${known.join(', ')}.` });
}
