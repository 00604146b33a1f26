import { randomUUID } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Kept } from '../functions/types.ts';
import { WireFields } from '../functions/wire-fields.ts';
import type { Network } from './types.ts';

const NAME = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const INTERFACE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;
const LONGEST_PREFIX = 28;
const SHORTEST_PREFIX = 16;

/** `cidr` is undefined for any that is free. */
export interface NetworkBody extends Pick<Network, 'name' | 'vpcId' | 'subnetId' | 'nat' | 'hostInterface'> {
  readonly cidr: string | undefined;
}

/** Throws `invalid_request`. */
export function readNetworkBody(body: Kept): NetworkBody {
  const fields = new WireFields(body);
  const name = fields.text('name') ?? '';
  if (!isResourceName(name)) throw refuse('name', 'At most 63 small letters, digits and -; starts with a letter.');
  const cidr = fields.text('cidr') || undefined;
  if (cidr !== undefined && !isBlock(cidr)) {
    throw refuse(
      'cidr',
      `Such as 10.20.0.0/24: the first address of its block, length ${SHORTEST_PREFIX} to ${LONGEST_PREFIX}.`,
    );
  }
  const hostInterface = fields.text('interface') || undefined;
  if (hostInterface !== undefined && !INTERFACE.test(hostInterface)) throw refuse('interface', 'See: ip link');
  return {
    name,
    cidr,
    hostInterface,
    nat: fields.flag('nat') ?? false,
    vpcId: idIn(fields, 'vpc_id'),
    subnetId: idIn(fields, 'subnet_id'),
  };
}

/** A name of something that the administrator registers: at most 63 small letters, digits and `-`. */
export function isResourceName(name: string): boolean {
  return NAME.test(name);
}

function idIn(fields: WireFields, name: string): string {
  const id = fields.text(name) || randomUUID();
  if (!ID.test(id)) throw refuse(name, 'At most 64 letters, digits, - and _.');
  return id;
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
