import type { FunctionUrn, TopicUrn } from '@funcgraph/api';
import type { Caller, Iam } from '../iam/index.ts';
import type { DeliveringAs } from '../invocation/index.ts';

const PUBLISH = 'smn:topic:publish';
const ACTION = 'functiongraph:function:invokeAsync';

/**
 * Whether a result may still be delivered to a function: checked at each delivery, since rights may have been revoked.
 */
export function deliveryRefusal(iam: Iam): (as: DeliveringAs, destination: FunctionUrn) => string | undefined {
  return (as, { projectId, package: pkg, name }) => {
    const caller = callerOf(iam, as, projectId);
    const who = whoOf(as);
    if (caller === undefined) return `${who} is not there any more, or may not act`;
    if (iam.allows(caller, { action: ACTION, projectId, fn: { package: pkg, name } })) return undefined;
    return `${who} may not do ${ACTION} on function ${name} of package ${pkg}`;
  };
}

/** The same for publishing a result to a topic. */
export function topicRefusal(iam: Iam): (as: DeliveringAs, topic: TopicUrn) => string | undefined {
  return (as, { projectId, name }) => {
    const caller = callerOf(iam, as, projectId);
    const who = whoOf(as);
    if (caller === undefined) return `${who} is not there any more, or may not act`;
    if (iam.allows(caller, { action: PUBLISH, projectId, path: name })) return undefined;
    return `${who} may not do ${PUBLISH} on topic ${name}`;
  };
}

/** For messages. */
export function whoOf(as: DeliveringAs): string {
  return as.kind === 'agency' ? `agency ${as.name} of the function` : 'the user who set the destination';
}

/** Undefined when the agency or user was deleted or may not act. */
export function callerOf(iam: Iam, as: DeliveringAs, projectId: string): Caller | undefined {
  return as.kind === 'agency' ? iam.agencyCaller(projectId, as.name) : iam.callerOf(as.setter);
}
