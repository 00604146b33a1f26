import { describe, expect, it } from 'vitest';
import { checkTraits, type Traits } from './session.ts';

const GOOD: Traits = {
  version: '14.0',
  number: 140_000,
  encoding: 'UTF8',
  schema: 'public',
  backend: 7,
  standby: false,
};
const there = { place: 'database d of PostgreSQL at h:1 as u', greeted: 7 };

describe('a PostgreSQL database', () => {
  it('is taken from version 14 on', () => {
    expect(() => checkTraits(GOOD, there)).not.toThrow();
  });

  it.each<[string, Partial<Traits>, RegExp, RegExp]>([
    ['too old', { version: '13.20', number: 130_020 }, /it is version 13\.20/, /14 or newer/],
    ['of another encoding', { encoding: 'SQL_ASCII' }, /its encoding is SQL_ASCII/, /createdb --encoding=UTF8/],
    ['behind a pooler', { backend: 8 }, /a connection pooler is in between/, /PostgreSQL itself/],
    ['a standby', { standby: true }, /it is a standby/, /the primary/],
    ['without a schema', { schema: '' }, /no schema/, /search_path/],
  ])('is refused when it is %s', (_, change, message, hint) => {
    const refused = (): void => checkTraits({ ...GOOD, ...change }, there);
    expect(refused).toThrow(message);
    expect(refused).toThrow(expect.objectContaining({ code: 'storage.unreadable', hint: expect.stringMatching(hint) }));
    expect(refused).toThrow(there.place);
  });
});
