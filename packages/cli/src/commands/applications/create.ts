import { setTimeout as delay } from 'node:timers/promises';
import { CONNECTION_FLAGS, type Connection, connect } from '../../connection/index.ts';
import { CliError, type Context, defineCommand, EXIT, flag } from '../../framework/index.ts';
import { readNameValues } from '../name-values.ts';
import { functionsText, showApplication } from './application.ts';

const LOOK_AGAIN_MS = 500;

/** The application once it is created. Throws `CLI.APPLICATION_FAILED` with the server's message when that fails. */
async function waitUntilMade(connection: Connection, id: string, name: string, context: Context) {
  const { signal, stderr, format } = context;
  for (let looks = 0; ; looks += 1) {
    const detail = await showApplication(connection, id, signal);
    if (detail.status === 'success') return detail;
    if (detail.status !== 'creating') {
      throw new CliError(`${name}: ${detail.status_message || `its state is ${detail.status}`}`, {
        code: 'CLI.APPLICATION_FAILED',
        exitCode: EXIT.failure,
        hint: `Show its parts: fgs applications show ${name}. Delete it: fgs applications delete ${name}`,
      });
    }
    if (looks === 0 && format !== 'json') await stderr.write(`${name}: its functions are being made ...\n`);
    await delay(LOOK_AGAIN_MS, undefined, { signal });
  }
}

export const create = defineCommand({
  name: 'applications create',
  summary: 'Create the functions of a template together, and wait until they exist',
  flags: {
    template: flag.text('NAME', 'a name of applications templates list', { required: true }),
    param: flag.list('NAME=VALUE', 'a parameter of the template'),
    'param-file': flag.text('FILE', 'NAME=VALUE lines; keeps secrets off the command line'),
    description: flag.text('TEXT', 'purpose of the application'),
    agency: flag.text('NAME', 'agency whose rights its functions get'),
    'enterprise-project': flag.text('ID', 'enterprise project that its functions belong to'),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'name', summary: 'name of the application; its functions are called NAME-PART' }],
  examples: [
    'fgs applications create shop --template guarded-api --param rate_per_minute=120',
    'fgs applications create inbox --template webhook-inbox --param-file secret.txt',
  ],
  async run({ flags, args }, context) {
    const { description, agency, 'enterprise-project': enterprise } = flags;
    const params = await readNameValues({ file: flags['param-file'], list: flags.param, flag: '--param' }, context);
    const connection = await connect(flags, context);
    const { data } = await connection.client.call('createFunctionApp', {
      params: { project_id: connection.credentials.projectId },
      body: {
        name: args.name,
        template_id: flags.template,
        ...(params === undefined ? {} : { params: Object.fromEntries(params) }),
        ...(description === undefined ? {} : { description }),
        ...(agency === undefined ? {} : { agency_name: agency }),
        ...(enterprise === undefined ? {} : { enterprise_project_id: enterprise }),
      },
      signal: context.signal,
    });
    const detail = await waitUntilMade(connection, data.application_id, args.name, context);
    return {
      kind: 'message',
      text: `${args.name}: created, ${functionsText(detail)}`,
      data: { id: data.application_id, ...detail },
    };
  },
});
