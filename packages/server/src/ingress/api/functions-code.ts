import type { ArtifactStore } from '../../artifacts/index.ts';
import type { Catalog, FunctionState, Functions } from '../../control/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Sealer } from '../../lib/sealer.ts';
import { type Handlers, Reply } from '../http/handler.ts';
import { downloadLink, openTicket } from './download-ticket.ts';
import { codeChange } from './functions-body.ts';
import { codeReply } from './functions-reply.ts';
import { readTarget } from './functions-target.ts';
import type { LinkedObjects } from './linked-objects.ts';
import { authorizedTarget, type NamingDeps } from './named-resources.ts';

type Ids = 'showFunctionCode' | 'updateFunctionCode' | 'downloadFunctionCode';

export interface FunctionCodeDeps extends NamingDeps {
  readonly functions: Functions;
  readonly catalog: Catalog;
  readonly linkedObjects: LinkedObjects;
  readonly artifacts: ArtifactStore;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly region: string;
}

/** Larger code is not in the answer but behind its link. */
const IN_ANSWER_BYTES = 1024 * 1024;

/** Show, replace and download the code of functions. */
export function functionCodeHandlers(deps: FunctionCodeDeps): Handlers<Ids> {
  const { functions, catalog, artifacts, sealer, clock, region } = deps;

  async function codeOf(state: FunctionState, host: string | undefined): Promise<{ file: string; link: string }> {
    const { artifact } = state.version;
    const inAnswer = artifact.sizeBytes <= IN_ANSWER_BYTES;
    const file = inAnswer ? (await artifacts.readAll(artifact.sha256)).toString('base64') : '';
    const stored = { sha256: artifact.sha256, fileName: downloadName(state), functionId: state.fn.id };
    return { file, link: downloadLink(sealer, stored, { host, now: clock.now() }) };
  }

  return {
    async showFunctionCode(request) {
      const { name, version } = readTarget(request.params, catalog);
      const state = await functions.show(name, version);
      const code = await codeOf(state, request.headers.host);
      return codeReply(state, { region, domainId: request.caller.domainId }, code);
    },

    async updateFunctionCode(request) {
      const change = codeChange(request.body, deps.linkedObjects.readerFor(request));
      const { name } = await authorizedTarget(deps, change, request);
      const state = await functions.updateCode(name, change);
      return codeReply(state, { region, domainId: request.caller.domainId }, { file: '', link: '' });
    },

    async downloadFunctionCode(request) {
      const ticket = openTicket(sealer, request.params.ticket);
      const { functionId } = ticket ?? {};
      const isOver = functionId !== undefined && catalog.entry(functionId) === undefined;
      if (ticket === undefined || ticket.until < clock.now() || isOver) {
        throw new PlatformError('not_found', 'the link is not valid any more', { hint: 'Request the code again.' });
      }
      return new Reply(await artifacts.readAll(ticket.sha256), {
        headers: {
          'content-type': 'application/octet-stream',
          'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(ticket.fileName)}`,
        },
      });
    },
  };
}

/** The file's own name if it is short: a link must fit into a path. */
function downloadName({ fn, version }: FunctionState): string {
  const own = version.artifactFile?.split('/').at(-1) ?? '';
  if (own !== '' && Buffer.byteLength(own) <= 80) return own;
  return `${fn.name}.${version.artifact.kind === 'jar' ? 'jar' : 'zip'}`;
}
