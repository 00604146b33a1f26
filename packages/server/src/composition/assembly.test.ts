import { describe, expect, it } from 'vitest';
import { Assembly } from './assembly.ts';

describe('an assembly', () => {
  it('makes each part from those before it, in their order', async () => {
    const made: string[] = [];
    const assembly = Assembly.of({ one: 1 })
      .add(async ({ one }) => {
        made.push('two');
        return { two: one + 1 };
      })
      .add(({ two }) => {
        made.push(`after ${two}`);
      })
      .add(({ one, two }) => ({ three: one + two }));
    expect(made).toEqual([]);
    expect(await assembly.make()).toEqual({ one: 1, two: 2, three: 3 });
    expect(made).toEqual(['two', 'after 2']);
  });

  it('makes nothing after a part that fails', async () => {
    const made: string[] = [];
    const assembly = Assembly.of({})
      .add(() => Promise.reject(new Error('the disk is full')))
      .add(() => {
        made.push('next');
      });
    await expect(assembly.make()).rejects.toThrow('the disk is full');
    expect(made).toEqual([]);
  });

  it('refuses a name that another part has', async () => {
    const assembly = Assembly.of({ log: 'of the server' }).add(() => ({ log: 'of a part' }));
    await expect(assembly.make()).rejects.toThrow('two parts have the name log');
  });
});
