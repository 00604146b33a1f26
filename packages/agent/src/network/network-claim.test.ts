import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { isOnNetwork, NetworkClaim } from './network-claim.ts';

const PREFERRED = 400;

describe('the claim of an agent on the network of its machine', () => {
  it('gives each a number of its own, and the number back at the end', async () => {
    const [a, b] = [
      await NetworkClaim.take('1-2-aaaaaaaa', PREFERRED),
      await NetworkClaim.take('1-3-aaaaaaaa', PREFERRED),
    ];
    expect(a.number).not.toBe(b.number);
    a.release();
    const c = await NetworkClaim.take('1-4-aaaaaaaa', a.number);
    expect(c.number).toBe(a.number);
    b.release();
    c.release();
  });

  it('shows agents of other process namespaces, whose ids mean nothing here, as long as they live', async () => {
    const owner = `${process.pid}-99-bbbbbbbb`;
    const script = `require('node:net').createServer().listen({ path: '\\0funcgraph-agent-${owner}' }, () => console.log('up'))`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(createInterface(child.stdout), 'line');
    expect(isOnNetwork(owner)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect.poll(() => isOnNetwork(owner)).toBe(false);
  });
});
