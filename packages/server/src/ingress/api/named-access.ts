import type { Caller, Iam, Peer } from '../../iam/index.ts';

/** The parts of a request that decide about rights. */
export interface NamedRequest {
  readonly caller: Caller;
  readonly peer: Peer;
  readonly params: { readonly project_id: string };
}

/** Decides about resources that a policy names as `<kind>:<name>`, with actions such as `<service>:<kind>:<right>`. */
export class NamedAccess<Right extends string = string> {
  readonly #iam: Iam;
  readonly #kind: string;

  /** `kind` with its service, such as `smn:topic`. */
  constructor(iam: Iam, kind: string) {
    this.#iam = iam;
    this.#kind = kind;
  }

  /** Throws `forbidden`. */
  authorize(request: NamedRequest, right: Right, name: string): void {
    this.#iam.authorize(request.caller, this.#question(request, right, name));
  }

  allows(request: NamedRequest, right: Right, name: string): boolean {
    return this.#iam.allows(request.caller, this.#question(request, right, name));
  }

  #question({ params, peer }: NamedRequest, right: Right, name: string) {
    return { action: `${this.#kind}:${right}`, projectId: params.project_id, path: name, peer };
  }
}
