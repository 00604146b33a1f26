import { type FunctionUrn, formatQualifier, formatUrn, parseUrn } from '@funcgraph/api';
import { languageOf } from '@funcgraph/runtimes';
import type { DestinationContext } from '../../../control/index.ts';
import { LATEST } from '../../../domain/names.ts';
import { PlatformError } from '../../../lib/platform-error.ts';
import type { LeasedMessage } from '../../../queue/index.ts';
import { acceptedMessage } from '../../async/acceptance.ts';
import { cut } from '../../async/chain.ts';
import type { DeliveryAttributes } from '../../async/delivery-message.ts';
import { deliveringAs, UNKNOWN_SETTER } from '../delivering-as.ts';
import type { DeliverOptions, DeliveryResult, DestinationKind } from '../destination-kind.ts';
import { refusal } from '../refusal.ts';

/** Another function of the project, invoked asynchronously with the outcome as its event. */
export const functionDestination: DestinationKind<FunctionUrn> = {
  code: 'FunctionGraph',
  keepsSetter: true,
  target(text, field) {
    const urn = parseUrn(text);
    if (urn !== undefined) return urn;
    const message = `${field}.param: func_urn ${JSON.stringify(text.slice(0, 200))} is not a function URN`;
    throw new PlatformError('invalid_request', message);
  },
  check(urn, context) {
    checkFunction(urn, context);
    context.mayInvoke(urn);
  },
  describe: formatUrn,
  deliver: async (urn, { message, attributes, options }) => invoke(urn, message, attributes, options),
};

function checkFunction(urn: FunctionUrn, context: DestinationContext): void {
  const { catalog, field } = context;
  const { projectId, package: pkg, name } = context.name;
  if (urn.projectId !== projectId) {
    throw new PlatformError('invalid_request', `${field}: the function must be in the same project`);
  }
  const qualifier = urn.qualifier?.name ?? LATEST;
  const alias = urn.qualifier?.kind === 'alias';
  const version = alias ? catalog.resolveAlias(projectId, urn.package, urn.name, qualifier)?.version : qualifier;
  const snapshot = version === undefined ? undefined : catalog.resolve(projectId, urn.package, urn.name, version);
  if (snapshot === undefined) {
    const exists = catalog.resolve(projectId, urn.package, urn.name, LATEST) !== undefined;
    const code = exists ? (alias ? 'alias_not_found' : 'version_not_found') : 'function_not_found';
    throw new PlatformError(code, `${field}: there is no function ${urn.package}:${urn.name}:${qualifier}`);
  }
  if (languageOf(snapshot.runtime)?.id === 'http') {
    throw new PlatformError('invalid_request', `${field}: an HTTP function cannot be invoked asynchronously`, {
      hint: 'Put an event function in front of it.',
    });
  }
  const of = urn.qualifier === undefined ? LATEST : formatQualifier(urn.qualifier);
  if (urn.package === pkg && urn.name === name && of === context.qualifier) {
    throw new PlatformError('invalid_request', `${field}: a function cannot be its own destination`, {
      hint: 'Set max_async_retry_attempts to try it again.',
    });
  }
}

function invoke(
  urn: FunctionUrn,
  { payload }: Pick<LeasedMessage, 'payload'>,
  attributes: DeliveryAttributes,
  options: DeliverOptions,
): DeliveryResult {
  const { chain, depth = 0, traceparent } = attributes;
  const over = cut(chain, urn);
  if (over !== undefined) return { kind: 'undeliverable', ...over };
  const as = deliveringAs(options, attributes);
  const denied = as === undefined ? UNKNOWN_SETTER : options.refusalOf(as, urn);
  if (denied !== undefined) return { kind: 'undeliverable', reason: 'forbidden', message: denied };
  const requestId = options.newId();
  try {
    const { message } = acceptedMessage(options, {
      urn,
      event: payload,
      requestId,
      chain,
      depth: depth + 1,
      traceparent,
    });
    return { kind: 'delivered', note: { requestId }, messages: [message] };
  } catch (error) {
    return refusal(error);
  }
}
