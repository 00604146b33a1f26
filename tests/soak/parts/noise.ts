import { asyncInvocations, call, deploy, enqueue, runtimeOf } from '../../functions.ts';
import type { Soak } from '../soak.ts';
import { until } from '../verdict.ts';
import type { Part } from './part.ts';

const NOISY = `const fs = require('fs');
exports.handler = async (event, context) => {
  for (let n = 0; n < (event.flood || 0); n += 1) console.log('flood ' + n + ' '.repeat(90));
  if (event.drip) {
    // the link to the server: a frame of 8 MiB is announced and sent byte by byte
    const isSocket = (fd) => { try { return fs.readlinkSync('/proc/self/fd/' + fd).startsWith('socket:'); } catch { return false; } };
    const [link] = fs.readdirSync('/proc/self/fd').map(Number).filter((fd) => fd > 2 && isSocket(fd));
    fs.writeSync(link, Buffer.from([0, 0, 1, 0, 0, 127, 255, 255]));
    for (const end = Date.now() + event.drip; Date.now() < end; ) {
      try { fs.writeSync(link, ' '); } catch { return 'cut off'; }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  if (event.ms) await new Promise((resolve) => setTimeout(resolve, event.ms));
  return 'done';
};`;
const GREEDY = 10;
const EVENTS_OF_EACH = 60;
/** A quick event waits for one turn of each greedy function at most, and for its own start. */
const QUICK_WITHIN_MS = 30_000;

const functions = new WeakMap<Soak, Map<string, Promise<string>>>();

function noisy(soak: Soak, name: string): Promise<string> {
  const own = functions.get(soak) ?? new Map<string, Promise<string>>();
  functions.set(soak, own);
  const urn =
    own.get(name) ??
    runtimeOf(soak.server, 'Node.js').then((runtime) =>
      deploy(soak.server, { name, runtime, files: { 'index.js': NOISY }, memory: 256, timeout: 60 }),
    );
  own.set(name, urn);
  return urn;
}

export const logs: Part = {
  name: 'logs',
  what: 'functions that log 20 MB in small messages',
  callers: 'nothing',
  async run(soak) {
    const urn = await noisy(soak, 'noisy');
    const answers = await Promise.all([1, 2].map(() => call(soak.server, urn, { flood: 200_000 })));
    for (const { status, text } of answers) if (text !== 'done') throw new Error(`answered ${status} ${text}`);
    return `${answers.length} answered`;
  },
};

export const frames: Part = {
  name: 'frames',
  what: 'functions that announce large frames and send them in single bytes',
  callers: 'nothing',
  async run(soak) {
    const urn = await noisy(soak, 'dripping');
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(soak.server, urn, { drip: 20_000 })));
    const failed = answers.filter(({ text }) => text !== 'done').length;
    if (failed === 0) throw new Error('no instance was cut off');
    return `${failed} of ${answers.length} ended`;
  },
};

export const greedy: Part = {
  name: 'greedy',
  what: 'ten functions with a backlog of slow events, beside them an event of a quick one',
  callers: 'nothing',
  async run(soak) {
    const { server, ledger } = soak;
    const quick = await noisy(soak, 'quick');
    const greedyUrns = await Promise.all(Array.from({ length: GREEDY }, (_, at) => noisy(soak, `greedy-${at}`)));
    for (const urn of greedyUrns) {
      const events = Array.from({ length: EVENTS_OF_EACH }, () => enqueue(server, urn, { ms: 500 }));
      for (const id of await Promise.all(events)) ledger.accepted(urn, id);
    }
    const began = Date.now();
    const id = await enqueue(server, quick, {});
    ledger.accepted(quick, id);
    await until('the event of the quick function ran', QUICK_WITHIN_MS, async () => {
      const [record] = await asyncInvocations(server, quick, { request_id: id });
      return record?.status === 'SUCCESS';
    });
    return `quick event after ${Date.now() - began} ms, ${(await server.api.call('showGauges')).data.async.waiting} waited`;
  },
};
