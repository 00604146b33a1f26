import { runHostCommand } from '../host-command.ts';
import { feedCommand } from './feed-command.ts';
import { hostInterfaces, readSetting, writeSetting } from './host-network.ts';
import { GUARD_TABLE, guardText, INTERFACE_PREFIX } from './rules.ts';

const FORWARDING = 'ipv4/ip_forward';

/**
 * Answers to instances arrive on interfaces of the machine, and the kernel forwards packets of all interfaces or of
 * none. On a machine that did not forward, a guard refuses the packets of all other interfaces.
 */
export class Forwarding {
  /** Undefined on a machine that forwarded before. */
  readonly #guard: string | undefined;

  private constructor(guard: string | undefined) {
    this.#guard = guard;
  }

  /** Turns forwarding on. Throws `NETWORK_FAILED` before it when there can be no guard. */
  static async open(): Promise<Forwarding> {
    const isOn = readSetting(FORWARDING) === '1';
    if (isOn && !(await hasGuard())) return new Forwarding(undefined);
    const interfaces = hostInterfaces().filter((name) => !name.startsWith(INTERFACE_PREFIX));
    const forwarding = new Forwarding(guardText(interfaces));
    if (!isOn) await forwarding.#install();
    writeSetting(FORWARDING, '1');
    return forwarding;
  }

  /** Installs the guard again after another program removed it. Throws `NETWORK_FAILED`. */
  async restore(): Promise<void> {
    if (this.#guard !== undefined && !(await hasGuard())) await this.#install();
  }

  async #install(): Promise<void> {
    if (this.#guard !== undefined) await feedCommand('nft', ['-f', '-'], this.#guard);
  }
}

function hasGuard(): Promise<boolean> {
  return runHostCommand('nft', ['list', 'table', 'inet', GUARD_TABLE]).then(
    () => true,
    () => false,
  );
}
