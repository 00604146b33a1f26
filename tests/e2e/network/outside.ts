import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Answers every request with the address that it came from; the empty namespace gets its interface a little later. */
const SERVER = `
const { createServer } = require('node:http');
createServer((request, response) => response.end(request.socket.remoteAddress)).listen(80, '0.0.0.0', () => console.log('up'));
process.stdin.on('end', () => process.exit()).resume();
`;

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });
const silently = (...args: string[]): void => {
  try {
    execFileSync('ip', args, { stdio: 'ignore' });
  } catch {
    // It is gone already.
  }
};

/** A machine beside ours: a network namespace with a server of its own at the other end of a wire. */
export class Outside implements AsyncDisposable {
  /** Where its server listens, on port 80. */
  readonly address: string;
  /** Our end of the wire. */
  readonly interfaceName: string;
  readonly #stop: () => Promise<void>;

  private constructor(address: string, interfaceName: string, stop: () => Promise<void>) {
    this.address = address;
    this.interfaceName = interfaceName;
    this.#stop = stop;
  }

  /**
   * `address` with the length of its prefix. With `ours`, our end gets that address; without, the wire waits to be made a
   * port of something. `alias` is one more address of the other machine, which this machine reaches by it.
   */
  static async open(name: string, address: string, ours?: string, alias?: string): Promise<Outside> {
    const child = spawn('unshare', ['--net', '--', process.execPath, '-e', SERVER], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    if (line !== 'up') throw new Error(`the server outside said ${line}`);
    const pid = String(child.pid);
    const inside = (...args: string[]) => execFileSync('nsenter', ['-t', pid, '-n', '--', 'ip', ...args]);
    silently('link', 'delete', name);
    ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'wire', 'netns', pid);
    inside('address', 'add', address, 'dev', 'wire');
    if (alias !== undefined) inside('address', 'add', `${alias}/32`, 'dev', 'wire');
    inside('link', 'set', 'wire', 'up');
    if (ours !== undefined) {
      ip('address', 'add', ours, 'dev', name);
      ip('link', 'set', name, 'up');
      if (alias !== undefined) ip('route', 'add', `${alias}/32`, 'dev', name);
    }
    const stop = async (): Promise<void> => {
      silently('link', 'delete', name);
      const gone = once(child, 'exit');
      child.stdin.end();
      await gone;
    };
    return new Outside(address.replace(/\/.*/, ''), name, stop);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop();
  }
}
