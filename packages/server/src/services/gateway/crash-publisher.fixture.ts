import { writeSync } from 'node:fs';
import { openAt } from '../../storage/testing-place.ts';
import { crashParts } from './crash-parts.fixture.ts';

/**
 * A process for the crash test: publishes APIs of a group and rolls them back, and writes the API, number and path of
 * each release that was acknowledged. With a step it kills itself after as many statements of its next publication,
 * before that is committed; without one it goes on until it is killed.
 */
const [place = '', groupId = '', run = '', step = ''] = process.argv.slice(2);
const storage = await openAt(place);
let statementsLeft: number | undefined;
const killer: Parameters<typeof storage.db.withPlugin>[0] = {
  transformQuery: ({ node }) => node,
  async transformResult({ result }) {
    if (statementsLeft !== undefined) statementsLeft -= 1;
    if (statementsLeft === 0) process.kill(process.pid, 'SIGKILL');
    return result;
  },
};
const { live, apis } = await crashParts(storage, storage.db.withPlugin(killer));
const group = live.group(groupId);
if (group === undefined) throw new Error('the group is not in memory');

async function publishAll(apiId: string): Promise<void> {
  if (group === undefined) return;
  const api = await apis.find(group, apiId);
  const given = { stage: 'RELEASE', description: '', publishedBy: 'ann' };
  let before = api.definition;
  for (let n = 0; ; n += 1) {
    const next = { ...api.definition, path: `/${api.definition.name}/${run}-${n}` };
    // every third one is a roll-back
    const definition = n % 3 === 2 ? before : next;
    before = live.releases(apiId)[0]?.definition ?? before;
    const release = await apis.publish(group, api, { ...given, definition });
    writeSync(1, `${apiId} ${release.number} ${release.definition.path}\n`);
    if (step !== '') statementsLeft = Number(step);
  }
}

const all = await apis.list(group);
await Promise.all((step === '' ? all : all.slice(0, 1)).map(({ id }) => publishAll(id)));
