import { isIPv4 } from 'node:net';
import { PlatformError } from '../../lib/platform-error.ts';
import type { NewNetwork } from './types.ts';

const NAME = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const INTERFACE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;
const LONGEST_PREFIX = 28;
const SHORTEST_PREFIX = 16;

/** Throws `invalid_request`. */
export function checkNetwork({ name, cidr, hostInterface, vpcId, subnetId }: NewNetwork): void {
  if (!isResourceName(name)) throw refuse('name', 'At most 63 small letters, digits and -; starts with a letter.');
  if (cidr !== undefined && !isBlock(cidr)) {
    throw refuse(
      'cidr',
      `Such as 10.20.0.0/24: the first address of its block, length ${SHORTEST_PREFIX} to ${LONGEST_PREFIX}.`,
    );
  }
  if (hostInterface !== undefined && !INTERFACE.test(hostInterface)) throw refuse('interface', 'See: ip link');
  checkId('vpc_id', vpcId);
  checkId('subnet_id', subnetId);
}

/** A name of something that the administrator registers: at most 63 small letters, digits and `-`. */
export function isResourceName(name: string): boolean {
  return NAME.test(name);
}

function checkId(field: string, id: string | undefined): void {
  if (id !== undefined && !ID.test(id)) throw refuse(field, 'At most 64 letters, digits, - and _.');
}

function isBlock(text: string): boolean {
  const [address = '', length = '', ...rest] = text.split('/');
  if (!isIPv4(address) || !/^\d{2}$/.test(length) || rest.length > 0) return false;
  const bits = Number(length);
  const first = address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
  return bits >= SHORTEST_PREFIX && bits <= LONGEST_PREFIX && first % 2 ** (32 - bits) === 0;
}

function refuse(field: string, hint: string): PlatformError {
  return new PlatformError('invalid_request', `${field} of a network is not usable`, { hint });
}
