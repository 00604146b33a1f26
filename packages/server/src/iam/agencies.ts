import { randomBytes } from 'node:crypto';
import { PlatformError } from '../lib/platform-error.ts';
import { type ChangeParts, checkAdded, checkName, IDENTITY_LIMITS, missing } from './change.ts';
import { type Agency, type Domain, FUNCTION_SERVICE } from './types.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_DAYS = 3_650;

/** A service or another account, by id, name or both. */
export interface Trust {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}

export interface NewAgency {
  readonly name: string;
  readonly description: string;
  /** FunctionGraph when absent. */
  readonly trust?: Trust | undefined;
  /** `FOREVER`, `ONEDAY` or a number of days. */
  readonly duration: string;
}

/** Rights that functions get to act with. */
export class Agencies {
  readonly #parts: ChangeParts;

  constructor(parts: ChangeParts) {
    this.#parts = parts;
  }

  list(domainId: string): Agency[] {
    const { directory } = this.#parts;
    return [...directory.within(directory.agencies, domainId)];
  }

  /** Throws `not_found`. */
  find(domainId: string, id: string): Agency {
    const agency = this.#parts.directory.agencies.get(id);
    if (agency?.domainId !== domainId) throw missing('agency', id);
    return agency;
  }

  /** An agency that a function of the project may name now. Throws `unknown_agency` naming the field. */
  usable(projectId: string, name: string, field: string): Agency {
    const { directory, clock } = this.#parts;
    const domainId = directory.projects.get(projectId)?.domainId ?? '';
    const agency = directory.functionAgency(domainId, name);
    if (agency !== undefined && (agency.expiresAt === null || agency.expiresAt > clock.now())) return agency;
    throw new PlatformError('unknown_agency', `${field}: there is no agency ${JSON.stringify(name.slice(0, 64))}`, {
      hint: 'List them with: fgs iam agencies list. Make one with: fgs iam agencies create NAME.',
    });
  }

  /** Throws `invalid_request`, `resource_exists`, `identity_quota`. */
  create(domainId: string, requested: NewAgency): Promise<Agency> {
    const { rights, clock, changes } = this.#parts;
    checkName(requested.name, 'agency.name');
    const { trust, ...plain } = requested;
    const trustedService = this.#trusted(domainId, trust);
    const days = daysOf(requested.duration);
    return changes.run(domainId, async () => {
      const now = clock.now();
      const expiresAt = days === null ? null : now + days * DAY_MS;
      const id = randomBytes(16).toString('hex');
      const agency = { ...plain, trustedService, id, domainId, createdAt: now, expiresAt };
      checkAdded(await rights.addAgency(agency, IDENTITY_LIMITS.agencies), 'agencies', requested.name);
      return agency;
    });
  }

  /** A duration counts from now. Those who are not trusted any more lose their credentials at once. */
  update(
    domainId: string,
    id: string,
    change: { description?: string; duration?: string; trust?: Trust },
  ): Promise<Agency> {
    const { rights, clock, changes } = this.#parts;
    const { duration, trust, ...rest } = change;
    const trusted = trust === undefined ? {} : { trustedService: this.#trusted(domainId, trust) };
    const days = duration === undefined ? undefined : daysOf(duration);
    return changes.run(domainId, async () => {
      const expires = days === undefined ? {} : { expiresAt: days === null ? null : clock.now() + days * DAY_MS };
      const more = duration === undefined ? {} : { duration };
      const agency = { ...this.find(domainId, id), ...rest, ...trusted, ...more, ...expires };
      await rights.replaceAgency(agency);
      return agency;
    });
  }

  /** Credentials issued for it become invalid at once; functions that name it run without credentials. */
  remove(domainId: string, id: string): Promise<void> {
    const { rights, changes } = this.#parts;
    return changes.run(domainId, async () => {
      this.find(domainId, id);
      await rights.removeAgency(id);
    });
  }

  /** `FUNCTION_SERVICE` or the id of an account. Throws `invalid_request`. */
  #trusted(domainId: string, trust: Trust = {}): string {
    const given = [trust.id, trust.name].filter((one) => one !== undefined);
    if (given.every((one) => one === FUNCTION_SERVICE)) return FUNCTION_SERVICE;
    const account = [...this.#parts.directory.domains.values()].find((one) => names(trust, one));
    if (account === undefined || account.id === domainId) {
      const what = account === undefined ? 'is no service that can be trusted and no account here' : 'is this account';
      throw new PlatformError('invalid_request', `agency.trust_domain_name ${what}`, {
        hint: `Functions act for agencies that trust ${FUNCTION_SERVICE}; users of another account for those that trust it.`,
      });
    }
    return account.id;
  }
}

/** Whether a reference names this account; with both, id and name have to be right. */
export function names({ id, name }: Trust, domain: Pick<Domain, 'id' | 'name'>): boolean {
  if (id === undefined && name === undefined) return false;
  return (id === undefined || id === domain.id) && (name === undefined || name === domain.name);
}

/** Null for ever. Throws `invalid_request`. */
function daysOf(duration: string): number | null {
  if (duration === 'FOREVER') return null;
  const days = duration === 'ONEDAY' ? 1 : Number(duration);
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
  throw new PlatformError('invalid_request', `agency.duration must be FOREVER, ONEDAY or 1 to ${MAX_DAYS} days`);
}
