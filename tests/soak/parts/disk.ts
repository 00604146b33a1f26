import { ApiError } from '@funcgraph/api';
import { target } from '../../functions.ts';
import { until } from '../verdict.ts';
import type { Part } from './part.ts';

const MIB = 2 ** 20;

export const disk: Part = {
  name: 'disk',
  what: 'a disk with 60 MB left, and room again',
  callers: 'nothing',
  needsRoot: true,
  async run({ server, members, disk: image }) {
    if (image === undefined) throw new Error('the server has no disk of its own');
    const ready = async (): Promise<number> => (await fetch(`${server.endpoint}/v1/ready`)).status;
    const params = target(server, members[0]?.urn ?? '');
    image.fill(60 * MIB);
    try {
      await until('readiness turns', 30_000, async () => (await ready()) === 503);
      const refusal = await server.api.call('asyncInvokeFunction', { params, body: {} }).catch((error) => error);
      if (!(refusal instanceof ApiError && refusal.status === 507)) throw new Error(`accepted: ${String(refusal)}`);
      await server.api.call('showFunctionConfig', { params });
    } finally {
      image.empty();
    }
    const began = Date.now();
    await until('readiness returns', 60_000, async () => (await ready()) === 200);
    return `ready ${((Date.now() - began) / 1000).toFixed(1)} s after there was room`;
  },
};
