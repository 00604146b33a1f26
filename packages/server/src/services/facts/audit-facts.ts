import type { AuditEntry, AuditRecorder } from '../../iam/index.ts';
import { PlatformError } from '../../lib/platform-error.ts';
import type { Facts } from './facts.ts';
import type { Fact } from './types.ts';

/** An audit record of a project, as triggers see it. */
export type AuditFact = AuditEntry;

/** The source of facts about the audit records of a project. */
export function auditSource(projectId: string): string {
  return `audit ${projectId}`;
}

/**
 * Notes audit records, for `Audit`. Records of an account belong to no project: no trigger hears of them. The operation has
 * happened already, so a project with too many waiting events loses the event and not the record; `left` is called then.
 */
export function auditFacts(
  facts: Pick<Facts, 'note' | 'published'>,
  left: (projectId: string, operation: string) => void,
): AuditRecorder {
  return {
    statements: (entry, depth) => {
      const { id, at, projectId, operation } = entry;
      if (projectId === '') return [];
      try {
        return [
          facts.note({ id: `audit ${id}`, projectId, source: auditSource(projectId), at, depth, body: { ...entry } }),
        ];
      } catch (error) {
        if (!(error instanceof PlatformError) || error.code !== 'backlog_full') throw error;
        left(projectId, operation);
        return [];
      }
    },
    recorded: () => facts.published(),
  };
}

/** The record that a fact of an `auditSource` is about. */
export function auditOf({ body }: Fact): AuditFact {
  return body as unknown as AuditFact;
}
