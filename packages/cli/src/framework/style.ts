import type { Context, Sink } from './context.ts';

const paint =
  (code: string) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`;

interface Style {
  readonly heading: (text: string) => string;
  readonly error: (text: string) => string;
}

const PLAIN: Style = { heading: (text) => text, error: (text) => text };
const COLOURED: Style = { heading: paint('1'), error: paint('1;31') };

/** Colours for a terminal; none for a file or a pipe, with `NO_COLOR` in the environment or a terminal that has none. */
export function styleOf({ isTTY }: Sink, { env }: Pick<Context, 'env'>): Style {
  return isTTY && !env.NO_COLOR && env.TERM !== 'dumb' ? COLOURED : PLAIN;
}
