import { describe, expect, it } from 'vitest';
import { NetworkRegister } from './network-register.ts';

/** Completes started operations on request, and records their order. */
class Works {
  readonly done: string[] = [];
  readonly #ends = new Map<string, (error?: Error) => void>();

  begin(name: string): Promise<string> {
    this.done.push(`begin ${name}`);
    return new Promise((resolve, reject) => {
      this.#ends.set(name, (error) => (error === undefined ? resolve(name) : reject(error)));
    });
  }

  async end(name: string, error?: Error): Promise<void> {
    await expect.poll(() => this.#ends.has(name), { interval: 1 }).toBe(true);
    this.done.push(`end ${name}`);
    this.#ends.get(name)?.(error);
  }
}

describe('the open networks', () => {
  it('are made once for all who ask', async () => {
    const works = new Works();
    const register = new NetworkRegister<string>(2);
    const requested = [register.get('a', () => works.begin('a')), register.get('a', () => works.begin('again'))];
    await works.end('a');
    expect(await Promise.all(requested)).toEqual(['a', 'a']);
  });

  it('are made only after one that is being removed is gone, with any ids', async () => {
    const works = new Works();
    const register = new NetworkRegister<string>(3);
    const remove = async (name: string) => void (await works.begin(`removal of ${name}`));
    await Promise.all([register.get('a', () => works.begin('a')), works.end('a')]);
    const rest = [
      register.close('a', remove),
      register.get('a', () => works.begin('new a')),
      register.get('b', () => works.begin('b')),
    ];
    for (const name of ['removal of a', 'new a', 'b']) await works.end(name);
    await Promise.all(rest);
    expect(works.done.slice(2)).toEqual(
      ['removal of a', 'new a', 'b'].flatMap((name) => [`begin ${name}`, `end ${name}`]),
    );
  });

  it('are not forgotten because one of the same id, closed meanwhile, could not be made', async () => {
    const works = new Works();
    const register = new NetworkRegister<string>(2);
    const failing = register.get('a', () => works.begin('a'));
    const closing = register.close('a', async () => {});
    const next = register.get('a', () => works.begin('next'));
    await works.end('a', new Error('no'));
    await expect(failing).rejects.toThrow('no');
    await closing;
    await works.end('next');
    expect([await next, await register.holds('a', 'next'), await register.holds('a', 'a')]).toEqual([
      'next',
      true,
      false,
    ]);
  });

  it('are so many at most, those that are being made included', async () => {
    const works = new Works();
    const register = new NetworkRegister<string>(2);
    const made = ['a', 'b'].map((id) => register.get(id, () => works.begin(id)));
    await expect(register.get('c', () => works.begin('c'))).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
    await works.end('a');
    await works.end('b');
    await Promise.all(made);
    await register.closeAll(async () => {});
    await Promise.all([register.get('c', () => works.begin('c')), works.end('c')]);
  });
});
