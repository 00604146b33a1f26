import { formatQualifier, parseQualifier, parseUrn } from '@funcgraph/api';
import { languageOf } from '@funcgraph/runtimes';
import type { Catalog } from '../../../control/index.ts';
import type { Caller, Iam, Peer } from '../../../iam/index.ts';
import { resolve } from '../../../invocation/index.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import { type ApiDefinition, type Group, isReference, qualifierIn } from '../../../services/index.ts';

type Backend = ApiDefinition['backend'];

export interface BackendDeps {
  readonly iam: Iam;
  readonly catalog: Catalog;
  readonly region: string;
}

/** The parts of a request that decide about rights. */
interface About {
  readonly caller: Caller;
  readonly peer: Peer;
  readonly params: { readonly project_id: string };
}

/** Functions behind APIs. An API lets others call its function, as a trigger does, and needs the same right. */
export class Backends {
  readonly #deps: BackendDeps;

  constructor(deps: BackendDeps) {
    this.#deps = deps;
  }

  /** Throws `invalid_request`, `forbidden` and the errors of unknown functions, versions and aliases. */
  read(
    request: About,
    { backend_urn: text }: { readonly backend_urn: string },
  ): { readonly backend: Backend; readonly isHttp: boolean } {
    const { catalog, region } = this.#deps;
    const projectId = request.params.project_id;
    // a variable of a stage in place of a version or an alias
    const [, base = text, reference] = /^(.*):(!?#[^:]*#)$/.exec(text) ?? [];
    const urn = parseUrn(base);
    if (reference !== undefined && (urn?.qualifier !== undefined || !isReference(reference))) {
      throw new PlatformError('invalid_request', `backend_urn: ${reference.slice(0, 80)} does not name a variable`);
    }
    if (urn?.projectId !== projectId || urn.region !== region) {
      throw new PlatformError('invalid_request', 'backend_urn must be the URN of a function of the project', {
        hint: `Form: urn:fss:${region}:${projectId}:function:default:<name>[:<version>|:!<alias>]`,
      });
    }
    const { package: pkg, name, qualifier } = urn;
    this.#authorize(request, { package: pkg, name });
    const { functionId, runtime } = resolve(catalog, urn);
    return {
      backend: {
        functionId,
        package: pkg,
        name,
        qualifier: reference ?? (qualifier === undefined ? 'latest' : formatQualifier(qualifier)),
      },
      isHttp: languageOf(runtime)?.id === 'http',
    };
  }

  /** Throws like `read`, and for a variable that the stage lacks. */
  check(
    request: About,
    { backend }: ApiDefinition,
    { group, stage }: { readonly group: Group; readonly stage: string },
  ): void {
    const { catalog, region } = this.#deps;
    const projectId = request.params.project_id;
    const { functionId, package: pkg, name } = backend;
    this.#authorize(request, backend);
    const qualifier = qualifierIn(group, stage, backend.qualifier);
    if (qualifier === undefined) {
      throw new PlatformError('invalid_request', `stage ${stage} has no variable ${backend.qualifier}`, {
        hint: 'Set it: fgs gateway stages set.',
      });
    }
    const urn = { region, projectId, package: pkg, name, qualifier: parseQualifier(qualifier) };
    if (resolve(catalog, urn).functionId === functionId) return;
    throw new PlatformError('function_not_found', `the function ${name} was deleted and created again`, {
      hint: 'Update the API to use the new one.',
    });
  }

  #authorize({ caller, peer, params }: About, { package: pkg, name }: Pick<Backend, 'package' | 'name'>): void {
    const fn = { package: pkg, name };
    const projectId = params.project_id;
    this.#deps.iam.authorize(caller, { action: 'functiongraph:trigger:create', projectId, fn, peer });
  }
}
