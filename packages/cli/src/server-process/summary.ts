import type { ReadyMessage } from './messages.ts';

/** Facts for a person once the server runs. Nothing secret. */
export function startSummary(ready: ReadyMessage): string {
  const lines = [
    'Funcgraph is up.',
    `  API          ${ready.endpoint}`,
    `  gateway      ${ready.gateway}`,
    `  buckets      ${ready.storage}`,
    `  data         ${ready.dataDir}`,
    `  credentials  ${ready.credentialsFile}`,
    `  server user  ${ready.user}`,
    `  isolation    ${ready.sandbox.driver}`,
  ];
  if (ready.sandbox.driver === 'process') {
    lines.push(
      '',
      '  !! NO ISOLATION: functions run as ordinary processes of this machine and can read and change whatever the',
      '  !! server can. Run only code that you would run yourself. With bubblewrap: apt-get install bubblewrap',
    );
  }
  if (ready.sandbox.degraded.length > 0) {
    lines.push('', '  Not enforced on this machine:', ...ready.sandbox.degraded.map((reason) => `    - ${reason}`));
    lines.push('  How to get the rest: fgs doctor');
  }
  return lines.join('\n');
}
