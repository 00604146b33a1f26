/** A value of a document: text, elements by name, or several elements of one name. Undefined values are left out. */
export type Node = string | number | boolean | undefined | { readonly [name: string]: Node } | readonly Node[];

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACES = {
  aws: 'http://s3.amazonaws.com/doc/2006-03-01/',
  obs: 'http://obs.myhwclouds.com/doc/2015-06-30/',
} as const;

/** A document with the namespace that clients of the dialect expect. */
export function writeXml(root: string, content: Node, dialect: keyof typeof NAMESPACES): string {
  return `${DECLARATION}<${root} xmlns="${NAMESPACES[dialect]}">${written(content)}</${root}>`;
}

/** A document without a namespace, as errors have it. */
export function writePlainXml(root: string, content: Node): string {
  return `${DECLARATION}<${root}>${written(content)}</${root}>`;
}

function written(node: Node): string {
  if (node === undefined) return '';
  if (typeof node !== 'object') return escaped(String(node));
  if (Array.isArray(node)) return node.map(written).join('');
  return Object.entries(node)
    .map(([name, value]) => element(name, value))
    .join('');
}

function element(name: string, value: Node): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((one) => element(name, one)).join('');
  return `<${name}>${written(value)}</${name}>`;
}

/** Characters that a reader would take for markup, or change. */
const SPECIAL = /[<>&"'\p{Cc}\u2028\ufffe\uffff]/gu;
const NAMED: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * Control characters become numbers, as S3 writes them; few readers take those below a blank. Clients that list such
 * keys send `encoding-type=url`.
 */
function escaped(text: string): string {
  return text.replace(SPECIAL, (char) => NAMED[char] ?? `&#x${char.charCodeAt(0).toString(16).toUpperCase()};`);
}
