import { Handle, type NodeProps, Position } from '@xyflow/react';
import { KIND_ICONS, useWords } from '../../../parts/flow-graph/index.ts';
import type { CanvasNode } from './to-canvas.ts';

function Handles({ kind }: Pick<CanvasNode['data'], 'kind'>) {
  return (
    <>
      {kind !== 'start' && <Handle type="target" position={Position.Top} />}
      {kind !== 'end' && <Handle type="source" position={Position.Bottom} />}
    </>
  );
}

function Head({ kind, name, isBad }: CanvasNode['data']) {
  const { kindName } = useWords();
  const Icon = KIND_ICONS[kind];
  return (
    <div className="flow-node-head">
      <span className={`flow-node-icon kind-${kind}`}>
        <Icon />
      </span>
      <span className="flow-node-words">
        <strong>{name}</strong>
        {name !== kindName(kind) && <small>{kindName(kind)}</small>}
      </span>
      {isBad && <span className="flow-node-bad">!</span>}
    </div>
  );
}

export function NodeCard({ data, selected }: NodeProps<CanvasNode>) {
  return (
    <div className="flow-node" data-selected={selected} data-bad={data.isBad}>
      <Handles kind={data.kind} />
      <Head {...data} />
    </div>
  );
}

/** A loop or a service, with room for what stands inside. */
export function ContainerCard({ data, selected }: NodeProps<CanvasNode>) {
  return (
    <div className="flow-node flow-container" data-selected={selected} data-bad={data.isBad}>
      <Handles kind={data.kind} />
      <Head {...data} />
    </div>
  );
}
