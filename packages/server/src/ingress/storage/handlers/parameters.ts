import { StorageError } from '../errors.ts';
import type { Head } from '../head.ts';
import { uriEncodePath } from '../signatures/encode.ts';

/** A whole number from the query. Throws `InvalidArgument`. */
export function numberOf({ query }: Pick<Head, 'query'>, name: string, usual: number, most: number): number {
  const text = query.get(name);
  if (text === undefined || text === '') return usual;
  if (!/^\d{1,10}$/.test(text))
    throw new StorageError('InvalidArgument', `The parameter ${name} is not a whole number.`);
  return Math.min(Number(text), most);
}

/** Throws `InvalidArgument` for the number of a part that is none. */
export function partNumberOf({ query }: Pick<Head, 'query'>): number {
  const text = query.get('partNumber') ?? '';
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 10_000) return Number(text);
  throw new StorageError('InvalidArgument', 'The number of a part must be from 1 to 10,000.');
}

/** How keys are written into a listing. Throws `InvalidArgument` for another encoding than `url`. */
export function keyEncoding({ query }: Pick<Head, 'query'>): {
  readonly name?: 'url';
  readonly encode: (text: string) => string;
} {
  const name = query.get('encoding-type');
  if (name === undefined || name === '') return { encode: (text) => text };
  if (name.toLowerCase() === 'url') return { name: 'url', encode: uriEncodePath };
  throw new StorageError('InvalidArgument', 'The parameter encoding-type must be url.');
}
