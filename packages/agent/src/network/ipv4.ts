/** A block of addresses: the first one as a number, and the length of the prefix. */
export interface Block {
  readonly first: number;
  readonly length: number;
}

const PARTS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** Undefined for text that is not an address of four decimal parts. */
export function parseAddress(text: string): number | undefined {
  const parts = PARTS.exec(text)?.slice(1);
  // Some programs read a leading zero as octal.
  if (parts === undefined || parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith('0')))) {
    return undefined;
  }
  return parts.reduce((number, part) => number * 256 + Number(part), 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** Undefined when it is not `a.b.c.d/length`, or the address is not the first of its block. */
export function parseBlock(text: string): Block | undefined {
  const [address = '', length = '', ...rest] = text.split('/');
  const first = parseAddress(address);
  if (first === undefined || rest.length > 0 || !/^\d{1,2}$/.test(length)) return undefined;
  const block = { first, length: Number(length) };
  return block.length <= 32 && first % sizeOf(block) === 0 ? block : undefined;
}

export function formatBlock({ first, length }: Block): string {
  return `${formatAddress(first)}/${length}`;
}

/** Number of addresses. */
export function sizeOf({ length }: Block): number {
  return 2 ** (32 - length);
}

export function overlaps(a: Block, b: Block): boolean {
  return a.first < b.first + sizeOf(b) && b.first < a.first + sizeOf(a);
}

export function holds(block: Block, address: number): boolean {
  return address >= block.first && address < block.first + sizeOf(block);
}

/** The second half: addresses of instances. The first half is for other machines of the network. */
export function upperHalf({ first, length }: Block): Block {
  const half = { first, length: length + 1 };
  return { first: first + sizeOf(half), length: half.length };
}

/** The first address of a block, which the machine itself has on the bridge. */
export function gatewayOf({ first }: Block): string {
  return formatAddress(first + 1);
}
