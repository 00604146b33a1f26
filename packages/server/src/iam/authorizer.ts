import type { Resident } from '../domain/resident.ts';
import type { Clock } from '../lib/clock.ts';
import type { Directory } from './directory.ts';
import { onlyNamed } from './policy/coverage.ts';
import { compilePolicy, concerns, deniesAll, judge, type Rule, settle, type Verdict } from './policy/evaluate.ts';
import type { PolicyDocument, RequestContext, Resource } from './policy/types.ts';
import { type Caller, DEFAULT_ENTERPRISE_PROJECT } from './types.ts';

/** Facts of the connection that conditions may check; a socket has them. */
export interface Peer {
  /** Undefined for a function that calls from its sandbox. */
  readonly remoteAddress?: string | undefined;
  /** The function that calls from its sandbox. */
  readonly resident?: Resident | undefined;
}

/** The function that a request is about. */
export interface FunctionRef {
  readonly package: string;
  readonly name: string;
}

export interface Question {
  /** `functiongraph:function:invoke`. */
  readonly action: string;
  /** Undefined for a resource of the account or the machine. */
  readonly projectId: string | undefined;
  /** Undefined if the operation is not about a single function. */
  readonly fn?: FunctionRef | undefined;
  /** Of another resource than a function; `*` when absent. */
  readonly path?: string;
  /** Type of that resource; that of the action when absent. */
  readonly type?: string;
  /** Of a function that is to be created, or moved there; else that of the function. Of a flow always. */
  readonly enterpriseProjectId?: string | undefined;
  readonly peer?: Peer | undefined;
}

export interface AuthorizerOptions {
  readonly directory: Directory;
  readonly region: string;
  readonly clock: Clock;
  /** The enterprise project of a function; undefined for an unknown function. */
  enterpriseProjectOf(projectId: string, fn: FunctionRef): string | undefined;
}

/** Most cached decisions per caller; all of them are evicted when there are more. */
const MAX_KEPT = 5_000;
/** Of one question. Names of functions are shorter; those of objects may be longer, and seldom come again. */
const MAX_KEPT_CHARS = 400;
const MAX_CALLERS = 10_000;

interface Rights {
  /** Rules by project; those for the account itself under the empty text. */
  readonly rules: Map<string, readonly ScopedRules[]>;
  readonly kept: Map<string, Verdict>;
}

interface ScopedRules {
  /** Undefined: for everything in the project. */
  readonly enterpriseProjectId: string | undefined;
  readonly rules: readonly Rule[];
}

/**
 * Decides what callers may do. Decisions are cached until identities or functions change, so that a repeated check
 * costs one look-up; only conditions on the request itself (address, time) are evaluated each time.
 */
export class Authorizer {
  readonly #options: AuthorizerOptions;
  #rights = new Map<string, Rights>();
  /** A document is the same object until it changes. */
  readonly #compiled = new WeakMap<PolicyDocument, readonly Rule[]>();

  constructor(options: AuthorizerOptions) {
    this.#options = options;
    options.directory.onChange(() => this.forget());
  }

  /** Makes all answers anew from now on. */
  forget(): void {
    this.#rights = new Map();
  }

  /** Whether the caller has the right. Does not check that the project belongs to the caller's account. */
  allows(caller: Caller, question: Question): boolean {
    const rights = this.#rightsOf(caller);
    const key = keyOf(question);
    let verdict = rights.kept.get(key);
    if (verdict === undefined) {
      verdict = this.#judge(caller, rights, question);
      if (rights.kept.size >= MAX_KEPT) rights.kept.clear();
      if (key.length <= MAX_KEPT_CHARS) rights.kept.set(key, verdict);
    }
    if (typeof verdict === 'boolean') return verdict;
    return settle(verdict, { ...this.#fixed(caller, question), ...this.#changing(question.peer) });
  }

  /** Whether any resource exists on which the caller might have the right. */
  mightAllow(caller: Caller, { action, projectId }: Pick<Question, 'action' | 'projectId'>): boolean {
    const requested = action.toLowerCase();
    const scoped = this.#rulesFor(caller, this.#rightsOf(caller), projectId);
    const concerning = scoped.map(({ rules, ...scope }) => ({
      ...scope,
      rules: rules.filter((rule) => concerns(rule, requested)),
    }));
    return (
      concerning.some(({ rules }) => rules.some(({ allow }) => allow)) &&
      !concerning.some((one) => one.enterpriseProjectId === undefined && one.rules.some(deniesAll))
    );
  }

  /** Whether statements with named resources allow it, without those about everything. */
  allowsByName(caller: Caller, question: Question): boolean {
    const scoped = this.#scopedRules(caller, question.projectId, (document) => compilePolicy(onlyNamed(document)));
    const verdict = this.#judgeBy(scoped, caller, question);
    return settle(verdict, { ...this.#fixed(caller, question), ...this.#changing(question.peer) });
  }

  #rightsOf({ principal }: Caller): Rights {
    const known = this.#rights.get(principal.id);
    if (known !== undefined) return known;
    if (this.#rights.size >= MAX_CALLERS) this.#rights.clear();
    const rights: Rights = { rules: new Map(), kept: new Map() };
    this.#rights.set(principal.id, rights);
    return rights;
  }

  #judge(caller: Caller, rights: Rights, question: Question): Verdict {
    return this.#judgeBy(this.#rulesFor(caller, rights, question.projectId), caller, question);
  }

  #judgeBy(scoped: readonly ScopedRules[], caller: Caller, question: Question): Verdict {
    const { action, fn } = question;
    const enterprise = this.#enterpriseProject(question);
    const rules = scoped.flatMap((one) =>
      one.enterpriseProjectId === undefined || one.enterpriseProjectId === enterprise ? one.rules : [],
    );
    const [service = '', type = ''] = action.toLowerCase().split(':');
    const resource: Resource = {
      service,
      region: this.#options.region,
      domainId: caller.domainId,
      // a trigger, a version or an alias is part of its function
      type: fn === undefined ? (question.type ?? type) : 'function',
      path: fn === undefined ? (question.path ?? '*') : `${fn.package}/${fn.name}`,
    };
    return judge(rules, action.toLowerCase(), resource, this.#fixed(caller, question));
  }

  #rulesFor(caller: Caller, rights: Rights, projectId: string | undefined): readonly ScopedRules[] {
    const known = rights.rules.get(projectId ?? '');
    if (known !== undefined) return known;
    const found = this.#scopedRules(caller, projectId, (document) => this.#compile(document));
    rights.rules.set(projectId ?? '', found);
    return found;
  }

  #scopedRules(
    { principal, domainId }: Caller,
    projectId: string | undefined,
    compile: (document: PolicyDocument) => readonly Rule[],
  ): readonly ScopedRules[] {
    const { directory } = this.#options;
    const found: ScopedRules[] = [];
    for (const { policyId, scope } of directory.grantsFor(principal)) {
      const policy = directory.policies.get(policyId);
      if (policy === undefined) continue;
      const rules = compile(policy.document);
      if (scope.kind === 'domain' ? scope.id === domainId : scope.kind === 'project' && scope.id === projectId) {
        found.push({ enterpriseProjectId: undefined, rules });
      } else if (scope.kind === 'enterprise_project' && projectId !== undefined) {
        found.push({ enterpriseProjectId: scope.id, rules });
      }
    }
    return found;
  }

  #compile(document: PolicyDocument): readonly Rule[] {
    const known = this.#compiled.get(document);
    if (known !== undefined) return known;
    const rules = compilePolicy(document);
    this.#compiled.set(document, rules);
    return rules;
  }

  #enterpriseProject({ projectId, fn, enterpriseProjectId }: Question): string | undefined {
    if (projectId === undefined) return undefined;
    if (enterpriseProjectId !== undefined) return enterpriseProjectId || DEFAULT_ENTERPRISE_PROJECT;
    if (fn === undefined) return undefined;
    return this.#options.enterpriseProjectOf(projectId, fn) || DEFAULT_ENTERPRISE_PROJECT;
  }

  #fixed(caller: Caller, question: Question): RequestContext {
    const { directory } = this.#options;
    const { projectId } = question;
    const domain = directory.domains.get(caller.domainId);
    const project = projectId === undefined ? undefined : directory.projects.get(projectId);
    const enterprise = this.#enterpriseProject(question);
    const isAgency = caller.principal.kind === 'agency';
    return {
      ...(isAgency
        ? { 'g:AgencyName': caller.userName }
        : { 'g:UserName': caller.userName, 'g:UserId': caller.userId }),
      'g:DomainId': caller.domainId,
      ...(domain === undefined ? {} : { 'g:DomainName': domain.name }),
      ...(project === undefined ? {} : { 'g:ProjectId': project.id, 'g:ProjectName': project.name }),
      ...(enterprise === undefined ? {} : { 'g:EnterpriseProjectId': enterprise }),
    };
  }

  #changing(peer: Peer | undefined): RequestContext {
    const address = peer?.remoteAddress;
    return {
      'g:CurrentTime': new Date(this.#options.clock.now()).toISOString(),
      ...(address === undefined ? {} : { 'g:SourceIp': address }),
    };
  }
}

/** No part may hold a line break: actions are ours, ids and names were checked or end the text. */
function keyOf({ action, projectId, fn, path, enterpriseProjectId }: Question): string {
  const what = fn === undefined ? (path ?? '*') : `${fn.package}/${fn.name}`;
  const key = `${action}\n${projectId ?? ''}\n${what}`;
  return enterpriseProjectId === undefined ? key : `${key}\n${enterpriseProjectId}`;
}
