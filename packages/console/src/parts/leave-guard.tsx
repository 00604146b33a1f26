import { useBlocker } from '@tanstack/react-router';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface LeaveGuardProps {
  readonly isUnsaved: boolean;
  readonly title: string;
  /** What would be lost. */
  readonly consequence: string;
  /** Fields of the address that lead to another object on the same page. */
  readonly leavingFields?: readonly string[];
}

/** Asks before the page is left, or closed, with changes that are not saved. */
export function LeaveGuard({ isUnsaved, title, consequence, leavingFields = [] }: LeaveGuardProps) {
  const leaving = useBlocker({
    shouldBlockFn: ({ current, next }) => {
      const field = ({ search }: { search: object }, name: string) => (search as Record<string, unknown>)[name];
      const isOtherObject = leavingFields.some((name) => field(current, name) !== field(next, name));
      return isUnsaved && (isOtherObject || current.pathname !== next.pathname);
    },
    enableBeforeUnload: () => isUnsaved,
    withResolver: true,
  });
  if (leaving.status !== 'blocked') return null;
  return (
    <ConfirmDialog
      title={title}
      consequence={consequence}
      isBusy={false}
      onConfirm={leaving.proceed}
      onCancel={leaving.reset}
    />
  );
}
