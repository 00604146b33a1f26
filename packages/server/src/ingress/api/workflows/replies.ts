import type { Flow } from '../../../flows/index.ts';

/** `yyyy-MM-ddTHH:mm:ssZ`, as the API has times of flows. */
export function flowTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

export function savedReply(flow: Flow, urn: string) {
  return {
    id: flow.id,
    workflow_urn: urn,
    name: flow.name,
    description: flow.description,
    created_time: flowTime(flow.createdAt),
    updated_time: flowTime(flow.modifiedAt),
    created_by: flow.createdBy,
    enable_stream_response: flow.stream,
  };
}
