import { ROUTES, type TriggerFields } from '@funcgraph/api';
import { PlatformError } from '../../lib/platform-error.ts';
import type { AuditFact } from '../../services/index.ts';

export interface CtsSettings {
  readonly kind: 'CTS';
  readonly name: string;
  /** As written. */
  readonly operations: readonly string[];
}

/** One entry of `operations`, in lower case; no names stand for all of them. */
interface Selection {
  readonly service: string;
  readonly resources: ReadonlySet<string>;
  readonly operations: ReadonlySet<string>;
}

const CODE = 'invalid_cts_trigger';
const FORM = 'Form: service:resourceA;resourceB:operationA;operationB, with * for all of them.';
const NAME = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;
const MAX_NAMES = 50;
/** Operations on buckets are no routes. */
const BUCKETS = 'obs';
const SERVICES: ReadonlySet<string> = new Set([
  ...Object.values(ROUTES).map(({ action }) => action.split(':')[0] ?? ''),
  BUCKETS,
]);
const SELECTIONS = new WeakMap<CtsSettings, readonly Selection[]>();
const OPERATIONS: ReadonlySet<string> = new Set(Object.keys(ROUTES).map((id) => id.toLowerCase()));

/** Reads them from decoded `event_data`. */
export function readCts({ name = '', operations = [] }: TriggerFields<'CTS'>): CtsSettings {
  return { kind: 'CTS', name: name || 'cts', operations };
}

/** Throws `invalid_cts_trigger`. */
export function checkCts({ operations }: CtsSettings): void {
  if (operations.length === 0) {
    throw new PlatformError(CODE, 'operations is missing', {
      hint: `For example ["FunctionGraph:function:*"]. ${FORM}`,
    });
  }
  for (const [index, { service, operations: names }] of operations.map(selectionIn).entries()) {
    if (!SERVICES.has(service)) {
      const message = `operations[${index}]: ${JSON.stringify(service)} is not a service with audit events`;
      throw new PlatformError(CODE, message, { hint: `Services: ${[...SERVICES].toSorted().join(', ')}.` });
    }
    const unknown = service === BUCKETS ? undefined : [...names].find((name) => !OPERATIONS.has(name));
    if (unknown === undefined) continue;
    throw new PlatformError(CODE, `operations[${index}]: there is no operation ${unknown}`, {
      hint: 'docs/compatibility.md lists the operations; `fgs audit list` shows those that happened.',
    });
  }
}

/** Whether the settings select an audit event. Letters are compared without case. */
export function selects(settings: CtsSettings, { action, operation }: Pick<AuditFact, 'action' | 'operation'>) {
  const [service = '', resource = ''] = action.toLowerCase().split(':');
  return selectionsOf(settings).some(
    (selection) =>
      selection.service === service &&
      includes(selection.resources, resource) &&
      includes(selection.operations, operation.toLowerCase()),
  );
}

/** Each audit record of a project is compared with all its triggers. */
function selectionsOf(settings: CtsSettings): readonly Selection[] {
  const known = SELECTIONS.get(settings);
  if (known !== undefined) return known;
  const selections = settings.operations.map(selectionIn);
  SELECTIONS.set(settings, selections);
  return selections;
}

function includes(names: ReadonlySet<string>, name: string): boolean {
  return names.size === 0 || names.has(name);
}

/** Throws `invalid_cts_trigger`. */
function selectionIn(text: string, index: number): Selection {
  const refuse = (why: string): never => {
    throw new PlatformError(CODE, `operations[${index}]: ${why}`, { hint: FORM });
  };
  const parts = text.split(':');
  if (parts.length !== 3) return refuse(`${JSON.stringify(text.slice(0, 100))} has not three parts`);
  const [service = '', resources = '', operations = ''] = parts;
  const namesIn = (part: string, what: string): ReadonlySet<string> => {
    if (part === '*') return new Set();
    const names = part.split(';');
    if (names.length > MAX_NAMES) return refuse(`more than ${MAX_NAMES} ${what}`);
    const wrong = names.find((name) => !NAME.test(name));
    if (wrong !== undefined) return refuse(`${JSON.stringify(wrong.slice(0, 64))} is no name among the ${what}`);
    return new Set(names.map((name) => name.toLowerCase()));
  };
  if (!NAME.test(service)) return refuse(`${JSON.stringify(service.slice(0, 64))} is no name of a service`);
  return {
    service: service.toLowerCase(),
    resources: namesIn(resources, 'resources'),
    operations: namesIn(operations, 'operations'),
  };
}
