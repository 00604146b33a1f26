import type { RouteId } from '@funcgraph/api';
import type { Input } from '../api/index.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import type { Say } from './spoken.tsx';
import { useChange } from './use-change.ts';

interface DeleteDialogProps<R extends RouteId> {
  readonly route: R;
  readonly input: Input<R>;
  readonly title: string;
  /** What goes with it. */
  readonly consequence: string;
  /** To be typed when data would be lost. */
  readonly name?: string;
  readonly done: Say;
  readonly failed: Say;
  /** Runs before answers are read again: leave the page of what was deleted. */
  readonly onDone?: () => unknown;
  readonly onClose: () => void;
}

/** Asks before a route that deletes something. Mount it to open it. */
export function DeleteDialog<R extends RouteId>(props: DeleteDialogProps<R>) {
  const { route, input, done, failed, onDone, onClose, ...question } = props;
  const { send, isBusy } = useChange(route, [], { onDone });
  const remove = async () => {
    await send(input, { done, failed });
    onClose();
  };
  return <ConfirmDialog {...question} isBusy={isBusy} onConfirm={() => void remove()} onCancel={onClose} />;
}
