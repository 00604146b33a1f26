import { AgentError } from '../agent-error.ts';
import type { SandboxNetwork, VpcNetwork } from '../protocol.ts';
import { type Block, holds, overlaps, parseBlock } from './ipv4.ts';

const NETWORK_ID = /^[0-9a-f]{8,32}$/;
/** What the kernel allows and the command line of `ip` reads as a name. */
const INTERFACE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;
const LONGEST_PREFIX = 28;
const SHORTEST_PREFIX = 16;

/** Throws `BAD_REQUEST`. */
export function parseNetwork(value: unknown): SandboxNetwork {
  const { kind, network } = fieldsOf(value, 'network');
  if (kind === 'none' || kind === 'egress') return { kind };
  if (kind === 'vpc') return { kind, network: parseVpc(network) };
  throw bad('unknown kind of network');
}

/** Throws `BAD_REQUEST`. */
export function parseVpc(value: unknown): VpcNetwork {
  const { id, cidr, nat, hostInterface } = fieldsOf(value, 'network');
  if (typeof id !== 'string' || !NETWORK_ID.test(id)) throw bad('the id of a network must be 8 to 32 hex digits');
  const block = typeof cidr === 'string' ? parseBlock(cidr) : undefined;
  if (
    typeof cidr !== 'string' ||
    block === undefined ||
    block.length < SHORTEST_PREFIX ||
    block.length > LONGEST_PREFIX
  ) {
    throw bad(
      `the addresses of a network must be a.b.c.d/length with a length from ${SHORTEST_PREFIX} to ${LONGEST_PREFIX}`,
    );
  }
  if (!isPrivate(block))
    throw bad('a network may have private addresses only: the machine would no longer reach others');
  if (holds(block, METADATA)) throw bad('a network may not have 100.100.100.200: clouds keep credentials there');
  if (typeof nat !== 'boolean') throw bad('nat must be true or false');
  if (hostInterface === undefined) return { id, cidr, nat };
  if (typeof hostInterface !== 'string' || !INTERFACE.test(hostInterface)) throw bad('hostInterface must be a name');
  return { id, cidr, nat, hostInterface };
}

/** Reserved for private networks, documentation or tests: not used on the public Internet. */
const PRIVATE = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
].flatMap((text) => parseBlock(text) ?? []);

/** The metadata address of Alibaba Cloud, which serves credentials. Those of other clouds are not private addresses. */
const METADATA = 0x6464_64c8;

function isPrivate(block: Block): boolean {
  return PRIVATE.some((wide) => block.length >= wide.length && overlaps(block, wide));
}

/** Throws `BAD_REQUEST`. */
export function parseNetworkId(value: unknown): string {
  if (typeof value === 'string' && NETWORK_ID.test(value)) return value;
  throw bad('the id of a network must be 8 to 32 hex digits');
}

function fieldsOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw bad(`${name} must be an object`);
}

function bad(message: string): AgentError {
  return new AgentError('BAD_REQUEST', message);
}
