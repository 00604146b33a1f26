import type { FunctionUrn, TopicUrn } from '@funcgraph/api';
import type { Caller, Iam, Question } from '../iam/index.ts';
import type { DeliveringAs, DeliverOptions } from '../invocation/index.ts';

const PUBLISH = 'smn:topic:publish';
const PUT_RECORDS = 'dis:stream:putRecords';
const INVOKE = 'functiongraph:function:invokeAsync';

/**
 * Whether a result may still be delivered to a function: checked at each delivery, since rights may have been revoked.
 */
export function deliveryRefusal(iam: Iam): (as: DeliveringAs, destination: FunctionUrn) => string | undefined {
  return (as, { projectId, package: pkg, name }) => {
    const question = { action: INVOKE, projectId, fn: { package: pkg, name } };
    return refusalOn(iam, as, question, `function ${name} of package ${pkg}`);
  };
}

/** The same for publishing a result to a topic. */
export function topicRefusal(iam: Iam): (as: DeliveringAs, topic: TopicUrn) => string | undefined {
  return (as, { projectId, name }) => refusalOn(iam, as, { action: PUBLISH, projectId, path: name }, `topic ${name}`);
}

/** The same for putting a result into a stream. */
export function streamRefusal(iam: Iam): DeliverOptions['streamRefusalOf'] {
  return (as, { projectId, name }) => {
    return refusalOn(iam, as, { action: PUT_RECORDS, projectId, path: name }, `stream ${name}`);
  };
}

function refusalOn(
  iam: Iam,
  as: DeliveringAs,
  question: Question & { readonly projectId: string },
  resource: string,
): string | undefined {
  const caller = callerOf(iam, as, question.projectId);
  const who = whoOf(as);
  if (caller === undefined) return `${who} is not there any more, or may not act`;
  if (iam.allows(caller, question)) return undefined;
  return `${who} may not do ${question.action} on ${resource}`;
}

/** For messages. */
export function whoOf(as: DeliveringAs): string {
  return as.kind === 'agency' ? `agency ${as.name} of the function` : 'the user who set the destination';
}

/** Undefined when the agency or user was deleted or may not act. */
export function callerOf(iam: Iam, as: DeliveringAs, projectId: string): Caller | undefined {
  return as.kind === 'agency' ? iam.agencyCaller(projectId, as.name) : iam.callerOf(as.setter);
}
