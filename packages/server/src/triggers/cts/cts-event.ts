import type { AuditFact } from '../../services/index.ts';

const SERVICE_NAMES: Readonly<Record<string, string>> = {
  functiongraph: 'FunctionGraph',
  iam: 'IAM',
  obs: 'OBS',
  smn: 'SMN',
};
const WARNING = 400;
const INCIDENT = 500;

/** The event of an audit record, as newer events of CTS have it: times are in ms. Records hold no bodies. */
export function ctsEvent(fact: AuditFact): Buffer {
  const { at, status, resource } = fact;
  const [service = '', resourceType = ''] = fact.action.split(':');
  const cts = {
    time: at,
    user: { name: fact.userName, id: fact.userId, domain: { id: fact.domainId } },
    request: {},
    response: {},
    code: status,
    service_type: SERVICE_NAMES[service] ?? service,
    resource_type: resourceType,
    resource_name: resource.slice(resource.indexOf(':') + 1),
    resource_id: resource,
    trace_name: fact.operation,
    trace_type: 'ApiCall',
    record_time: at,
    trace_id: fact.id,
    trace_status: status < WARNING ? 'normal' : status < INCIDENT ? 'warning' : 'incident',
    project_id: fact.projectId,
    domain_id: fact.domainId,
    source_ip: fact.sourceIp,
    operation_id: fact.operation,
    message: fact.errorCode,
    read_only: false,
  };
  return Buffer.from(JSON.stringify({ cts }));
}
