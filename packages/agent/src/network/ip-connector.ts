import { readlinkSync } from 'node:fs';
import { AgentError } from '../agent-error.ts';
import type { AttachTarget } from '../attach/attacher.ts';
import { livingProcess } from '../owner.ts';
import type { Connector, Wire } from './connector.ts';
import { feedCommand } from './feed-command.ts';
import { writeSetting } from './host-network.ts';

/** Constant. IPv6 is disabled in the sandbox and on the host end: the rules do not cover its addresses. */
const INSIDE = `
setting=/proc/sys/net/ipv6/conf/eth0/disable_ipv6
[ ! -e "$setting" ] || echo 1 > "$setting" || exit 1
exec ip -batch -
`;

/** Makes interfaces without the helper, with programs of the host: three processes, about 15 ms each. */
export class IpConnector implements Connector {
  async connect({ pid, startTime }: AttachTarget, { outer, bridge, address, gateway }: Wire): Promise<void> {
    // The process id may have been reused by any other process.
    if (livingProcess(pid)?.startTime !== startTime) throw new AgentError('NETWORK_FAILED', 'the sandbox has ended');
    if (readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync('/proc/self/ns/net')) {
      throw new AgentError('NETWORK_FAILED', 'the process is on the network of the machine itself');
    }
    await feedCommand(
      'ip',
      ['-batch', '-'],
      lines(
        `link add name ${outer} master ${bridge} type veth peer name eth0 netns ${pid}`,
        `link set dev ${outer} type bridge_slave isolated on`,
      ),
    );
    try {
      writeSetting(`ipv6/conf/${outer}/disable_ipv6`, '1');
      await feedCommand('ip', ['-batch', '-'], lines(`link set dev ${outer} up`));
      const route = gateway === '' ? [] : [`route add default via ${gateway} dev eth0`];
      await feedCommand(
        'nsenter',
        [`--net=/proc/${pid}/ns/net`, '--', 'sh', '-c', INSIDE],
        lines(`address add ${address} dev eth0`, 'link set dev eth0 up', ...route),
      );
    } catch (error) {
      await feedCommand('ip', ['-batch', '-'], lines(`link delete dev ${outer}`)).catch(() => {});
      throw error;
    }
  }

  async close(): Promise<void> {}
}

function lines(...commands: string[]): string {
  return commands.map((command) => `${command}\n`).join('');
}
