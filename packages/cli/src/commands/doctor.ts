import { dirname } from 'node:path';
import { ApiError } from '@funcgraph/api';
import { CONNECTION_FLAGS, type ConnectionFlags, connect, dataDirOf } from '../connection/index.ts';
import { type Check, hostMachine, type Machine, probeMachine, probeStores } from '../doctor/index.ts';
import { CliError, type Context, defineCommand, EXIT, type FlagValues } from '../framework/index.ts';
import { serverProgram } from '../server-process/index.ts';
import { report } from './check-report.ts';
import { SERVER_FLAGS } from './start.ts';

const STORE_FLAGS = {
  config: SERVER_FLAGS.config,
  'database-url': SERVER_FLAGS['database-url'],
  'database-url-file': SERVER_FLAGS['database-url-file'],
  artifacts: SERVER_FLAGS.artifacts,
  's3-endpoint': SERVER_FLAGS['s3-endpoint'],
  's3-keys-file': SERVER_FLAGS['s3-keys-file'],
} as const;
const DOCTOR_FLAGS = { ...CONNECTION_FLAGS, ...STORE_FLAGS } as const;

/** The database and the bucket that `start` would take with the same flags and environment. */
async function askStores(machine: Machine, flags: FlagValues<typeof DOCTOR_FLAGS>, context: Context): Promise<Check[]> {
  const names = Object.keys(STORE_FLAGS) as (keyof typeof STORE_FLAGS)[];
  const given = names.flatMap((name) => {
    const value = flags[name];
    return value === undefined ? [] : [`--${name}`, value];
  });
  const { FGS_DATABASE_URL: url, FGS_DATABASE_URL_FILE: file, FGS_ARTIFACTS: artifacts } = context.env;
  if (given.length === 0 && !url && !file && !artifacts) return [];
  const program = serverProgram('check-stores');
  const place = ['--data-dir', dataDirOf(flags['data-dir'], context)];
  const args = [...process.execArgv, program, ...place, ...given];
  return probeStores(machine, { nodePath: process.execPath, args });
}

async function askServer(flags: ConnectionFlags, context: Context): Promise<Check[]> {
  try {
    const { client, credentials } = await connect(flags, context);
    const { data } = await client.call('showDoctor', { signal: context.signal });
    const found: Check[] = [
      {
        name: 'server',
        state: 'ok',
        detail: `${data.version} at ${credentials.endpoint}, isolation ${data.sandbox.driver}`,
      },
    ];
    for (const check of data.checks) {
      found.push({
        name: check.name,
        state: check.ok ? 'ok' : 'warn',
        detail: check.detail,
        ...(check.hint === undefined ? {} : { hint: check.hint }),
      });
    }
    for (const reason of data.sandbox.degraded) found.push({ name: 'not enforced', state: 'warn', detail: reason });
    return found;
  } catch (error) {
    // a missing server is no fault of the machine; a server that refuses gets a line
    if (error instanceof ApiError)
      return [
        {
          name: 'server',
          state: 'warn',
          detail: error.message,
          ...(error.hint === undefined ? {} : { hint: error.hint }),
        },
      ];
    if (error instanceof CliError)
      return [{ name: 'server', state: 'warn', detail: 'no running server known to this user', hint: 'fgs start' }];
    throw error;
  }
}

function summary(checks: readonly Check[]): string {
  const lines = report(checks);
  const failed = checks.filter((check) => check.state === 'fail').length;
  const warned = checks.filter((check) => check.state === 'warn').length;
  lines.push(
    '',
    failed > 0
      ? `${failed} ${failed === 1 ? 'requirement is' : 'requirements are'} missing.`
      : `Nothing necessary is missing; ${warned} warnings.`,
  );
  return lines.join('\n');
}

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Features that work on this machine, missing ones, and how to get them; needs no server',
  flags: DOCTOR_FLAGS,
  args: [],
  examples: ['fgs doctor', 'fgs doctor --database-url-file ./database-url', 'fgs doctor --output json'],
  async run({ flags }, context) {
    const machine = hostMachine(context.uid);
    const checks = await probeMachine(machine, {
      dataDir: dataDirOf(flags['data-dir'], context),
      nodePath: process.execPath,
      serverFolder: dirname(dirname(serverProgram('main'))),
    });
    checks.push(...(await askStores(machine, flags, context)));
    checks.push(...(await askServer(flags, context)));
    const failed = checks.some((check) => check.state === 'fail');
    return {
      kind: 'message',
      text: summary(checks),
      data: { ok: !failed, checks },
      exitCode: failed ? EXIT.failure : EXIT.ok,
    };
  },
});
