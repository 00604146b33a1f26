import { ArtifactStore } from './artifact-store.ts';
import { fakeZip } from './testing.ts';

/** Stores archives without end and prints each digest after it is stored. The test kills it. */
const [dir = '', run = ''] = process.argv.slice(2);
const store = new ArtifactStore({ dir });
await store.start();
for (let index = 0; ; index++) {
  const files = Array.from({ length: 20 }, (_, file) => ({ name: `d/${file}.txt`, data: `${run} ${index} ${file}` }));
  const { artifact, release } = await store.put(fakeZip(files), { kind: 'zip' });
  release();
  process.stdout.write(`${artifact.sha256}\n`);
}
