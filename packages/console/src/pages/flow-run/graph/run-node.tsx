import type { NodeKind } from '@funcgraph/flow';
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { useTexts } from '../../../i18n/index.ts';
import { KIND_ICONS } from '../../../parts/flow-graph/index.ts';
import type { NodeState } from '../model/node-states.ts';
import { StatusMark, toneOf } from '../status-mark.tsx';

export type RunNode = Node<{ kind: NodeKind; name: string; state: NodeState }>;

/** A node of a run: its state by colour, icon and word, and how often it ran. */
export function RunCard({ data: { kind, name, state }, selected, type }: NodeProps<RunNode>) {
  const { t } = useTexts('flowRun');
  const Icon = KIND_ICONS[kind];
  const { status, times, ended, attempts } = state;
  return (
    <div
      className={`flow-node run-node ${type === 'container' ? 'flow-container' : ''}`}
      data-selected={selected}
      data-tone={status === 'none' ? 'none' : toneOf(status)}
    >
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
      <div className="flow-node-head">
        <span className={`flow-node-icon kind-${kind}`}>
          <Icon />
        </span>
        <span className="flow-node-words">
          <strong>{name}</strong>
          <small>
            <StatusMark status={status} />
            {times > 1 && <span>{t('graph.times', { ended, times })}</span>}
            {attempts > times && <span>{t('graph.attempts', { count: attempts })}</span>}
          </small>
        </span>
      </div>
    </div>
  );
}
