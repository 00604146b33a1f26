import { expect, it } from 'vitest';
import { ProjectGate } from './project-gate.ts';

/** Work that ends when the test calls for it. */
function pending(): { work: () => Promise<string>; end: () => void } {
  let end = (): void => {};
  const done = new Promise<string>((resolve) => {
    end = () => resolve('done');
  });
  return { work: () => done, end };
}

it('refuses to delete a project while a request works in it, and lets requests into other projects', async () => {
  const gate = new ProjectGate();
  const [first, second] = [pending(), pending()];
  const working = [gate.during('p1', first.work), gate.during('p1', second.work)];
  const deletion = async (): Promise<string> => 'deleted';
  await expect(gate.closed(['p2', 'p1'], deletion)).rejects.toMatchObject({ code: 'resource_in_use' });
  await expect(gate.closed(['p2'], deletion)).resolves.toBe('deleted');
  first.end();
  await working[0];
  await expect(gate.closed(['p1'], deletion)).rejects.toMatchObject({ code: 'resource_in_use' });
  second.end();
  await working[1];
  await expect(gate.closed(['p1'], deletion)).resolves.toBe('deleted');
});

it('refuses requests and other deletions while a project is deleted, and allows them again after a failure', async () => {
  const gate = new ProjectGate();
  const { work, end } = pending();
  const deleting = gate.closed(['p1'], work);
  await expect(gate.during('p1', async () => 'made')).rejects.toMatchObject({ code: 'resource_in_use' });
  await expect(gate.closed(['p1'], async () => 'deleted')).rejects.toMatchObject({ code: 'resource_in_use' });
  end();
  await deleting;
  await expect(gate.closed(['p1'], () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
  await expect(gate.during('p1', async () => 'made')).resolves.toBe('made');
});
