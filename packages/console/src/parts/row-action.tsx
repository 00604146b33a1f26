import type { RouteId } from '@funcgraph/api';
import { ActionButton } from './action-button.tsx';

interface RowActionProps {
  /** The route that a click leads to. */
  readonly needs: RouteId;
  readonly text: string;
  readonly onClick: () => void;
}

/** An action in the last column of a list. */
export function RowAction({ needs, text, onClick }: RowActionProps) {
  return (
    <ActionButton needs={needs} type="link" size="small" style={{ padding: 0 }} onClick={onClick}>
      {text}
    </ActionButton>
  );
}
