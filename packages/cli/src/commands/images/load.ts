import { resolve } from 'node:path';
import type { Client } from '@funcgraph/api';
import { CONNECTION_FLAGS, connect } from '../../connection/index.ts';
import { defineCommand, flag, type StreamItem } from '../../framework/index.ts';
import { archiveBytes, imageProgress, sendArchive } from '../../images/index.ts';

const REPORT_EVERY_BYTES = 64 << 20;

interface Load {
  readonly client: Client;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly name: string | undefined;
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
}

async function* load({ client, bytes, name, signal, tell }: Load): AsyncGenerator<StreamItem> {
  let reported = 0;
  const upload = await sendArchive(client, bytes, signal, (size) => {
    if (size - reported < REPORT_EVERY_BYTES) return;
    reported = size;
    tell(`sent ${Math.round(size / 2 ** 20)} MB\n`);
  });
  const body = name === undefined ? {} : { name };
  yield* imageProgress(client.stream('loadImages', { params: { upload }, body, signal }));
}

export const loadImage = defineCommand({
  name: 'images load',
  summary: 'Load a container image from an OCI layout or an archive of docker save',
  flags: {
    name: flag.text('NAME:TAG', 'name of the image; else that in the archive'),
    ...CONNECTION_FLAGS,
  },
  args: [{ name: 'path', summary: 'tar file, also compressed, or the folder of an OCI layout' }],
  examples: [
    'docker save team/app:v1 -o app.tar && fgs images load app.tar',
    'fgs images load ./layout --name team/app:v1',
  ],
  async run({ flags, args }, context) {
    const { client } = await connect(flags, context);
    const bytes = await archiveBytes(resolve(context.cwd, args.path), args.path);
    const tell = (text: string): void => {
      if (context.stderr.isTTY) void context.stderr.write(text);
    };
    return { kind: 'stream', items: load({ client, bytes, name: flags.name, signal: context.signal, tell }) };
  },
});
