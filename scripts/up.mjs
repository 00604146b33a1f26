// From a fresh clone to a running platform: installs, builds, then hands over to `fgs up` with the same flags.
import { buildJava } from './build-java.mjs';
import { buildNative } from './build-native.mjs';
import { continueOnNode } from './platform-node.mjs';
import { checkNode, ensureBuilt, ensureInstalled, ensureProgram, fail, isRoot } from './steps.mjs';

const flags = process.argv.slice(2);
const withoutIsolation = flags.includes('--sandbox=process') || flags[flags.indexOf('--sandbox') + 1] === 'process';

checkNode();
if (
  !withoutIsolation &&
  !(await ensureProgram('bwrap', 'bubblewrap', 'it isolates functions from this machine and from each other'))
) {
  fail(
    'functions cannot be isolated',
    'Only for code that you trust, as another user than root: npm run up -- --sandbox process',
  );
}
// without them functions run, but reach nothing
if (!withoutIsolation && isRoot) {
  const why = 'without it functions reach no network';
  await ensureProgram('ip', 'iproute2', why);
  await ensureProgram('nft', 'nftables', why);
}
await ensureInstalled();
await ensureBuilt();
await buildNative();
await buildJava();
await continueOnNode(['packages/cli/bin/fgs.mjs', 'up', ...flags]);
