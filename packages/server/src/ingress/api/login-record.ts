import type { Iam } from '../../iam/index.ts';
import { toErrorBody } from '../../lib/platform-error.ts';
import type { ApiRequest } from '../http/handler.ts';

export interface Login {
  readonly operation: 'createToken' | 'createTemporaryKey' | 'createConsoleSession' | 'finishConsoleOidc';
  readonly action: string;
  /** Of an attempt that fails: the name that was tried, and the account that it named. */
  readonly name: string;
  readonly domainId: string;
  /** Status of the answer to a successful one. */
  readonly status: number;
}

interface Person {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
}

/** A login is in the audit log of the account that it named, successful or not. */
export async function recordLogin<T extends { readonly user: Person }>(
  iam: Iam,
  { id, peer }: Pick<ApiRequest<Login['operation']>, 'id' | 'peer'>,
  { operation, action, name, domainId, status }: Login,
  attempt: () => Promise<T>,
): Promise<T> {
  const note = (who: Person, result: number, errorCode: string): Promise<void> =>
    iam.audit.note({
      domainId: who.domainId,
      projectId: '',
      userId: who.id,
      userName: who.name,
      accessKey: '',
      sourceIp: peer.remoteAddress ?? '',
      operation,
      action,
      resource: `user:${who.name}`,
      status: result,
      errorCode,
      requestId: id,
    });
  let done: T;
  try {
    done = await attempt();
  } catch (error) {
    const failed = toErrorBody(error, id);
    await note({ id: '', name, domainId }, failed.status, failed.body.error_code);
    throw error;
  }
  await note(done.user, status, '');
  return done;
}
