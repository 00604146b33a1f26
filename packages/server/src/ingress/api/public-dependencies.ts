import type { RouteResponse, Routes } from '@funcgraph/api';
import type { PublicPackages } from '../../control/index.ts';
import { toErrorBody } from '../../lib/platform-error.ts';
import type { ApiRequest, Handlers } from '../http/handler.ts';

type Ids = 'listPublicPackages' | 'installPublicPackage';
type Line = RouteResponse<Routes['installPublicPackage']>;

/** The packages that the guide promises: their state, and the installation of one. */
export function publicDependencyHandlers({
  publicPackages: packages,
}: {
  readonly publicPackages: PublicPackages;
}): Handlers<Ids> {
  return {
    async listPublicPackages() {
      const listed = packages.list().map(({ pkg, installed }) => ({
        name: pkg.name,
        language: pkg.language,
        version: pkg.version,
        source: pkg.source === undefined ? '' : `${pkg.source.index}: ${pkg.source.name}`,
        installed: installed.map(({ runtime, version, description }) => ({ runtime, version, description })),
      }));
      return { packages: listed };
    },

    installPublicPackage(request) {
      return install(packages, request);
    },
  };
}

/** The answer has begun when an error occurs, so its last line reports the error. */
async function* install(packages: PublicPackages, request: ApiRequest<'installPublicPackage'>): AsyncGenerator<Line> {
  const { version, runtimes = [] } = request.body;
  try {
    for await (const step of packages.install(request.params.name, { version, runtimes })) yield { step };
    yield { step: 'done', done: true };
  } catch (error) {
    const { body } = toErrorBody(error, request.id);
    yield { step: 'failed', error: body.error_msg, ...(body.hint === undefined ? {} : { hint: body.hint }) };
  }
}
