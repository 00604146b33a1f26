import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { type Context, defineCommand, flag, usageError } from '../../framework/index.ts';
import { imageProgress } from '../../images/index.ts';

const MOST_CHARS = 16_384;

/** A password is never in the arguments, which every user of the machine could read. */
async function readPassword({ stdin }: Context): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > MOST_CHARS) throw usageError(`the password is longer than ${MOST_CHARS} characters`);
  }
  return text.replace(/\r?\n$/, '');
}

export const pullImage = defineCommand({
  name: 'images pull',
  summary: 'Let the server fetch a container image from a registry',
  flags: {
    username: flag.text('NAME', 'account at the registry'),
    'password-stdin': flag.boolean('read its password from standard input'),
    'plain-http': flag.boolean('the registry has no TLS'),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'reference', summary: '[HOST[:PORT]/]NAME[:TAG]' }],
  examples: [
    'fgs images pull registry.example.com/team/app:v1',
    'fgs images pull localhost:5000/app:v1 --plain-http --username me --password-stdin < password.txt',
  ],
  async run({ flags, args }, context) {
    if (flags['password-stdin'] && flags.username === undefined) throw usageError('--password-stdin needs --username');
    const { client } = await connect(flags, context);
    const body = {
      reference: args.reference,
      ...(flags.username === undefined ? {} : { username: flags.username }),
      ...(flags['password-stdin'] ? { password: await readPassword(context) } : {}),
      plain_http: flags['plain-http'],
    };
    return { kind: 'stream', items: imageProgress(client.stream('pullImage', { body, signal: context.signal })) };
  },
});
