import PlusOutlined from '@ant-design/icons/es/icons/PlusOutlined';
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getSmoothStepPath } from '@xyflow/react';
import { Dropdown } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { parentOf, useWords } from '../../../parts/flow-graph/index.ts';
import { insertNode, nodeOf, whyNotInsert, whyNotInside } from '../draft/changes.ts';
import { NODE_KINDS, newNode } from '../draft/nodes.ts';
import { useEditor } from '../editor-context.ts';
import type { CanvasEdge } from './to-canvas.ts';

/** A line with its branch and a button that puts a node onto it. */
export function Line({ source, target, data, selected = false, ...ends }: EdgeProps<CanvasEdge>) {
  const [path, x, y] = getSmoothStepPath({ ...ends, borderRadius: 8 });
  const place = { transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` };
  return (
    <>
      <BaseEdge
        path={path}
        interactionWidth={20}
        style={selected ? { stroke: 'var(--accent)', strokeWidth: 2 } : {}}
        {...(ends.markerEnd === undefined ? {} : { markerEnd: ends.markerEnd })}
      />
      <EdgeLabelRenderer>
        <div className="flow-line nodrag nopan" style={place}>
          {data?.label !== undefined && <span className="flow-line-label">{data.label || '…'}</span>}
          <InsertButton from={source} to={target} />
        </div>
      </EdgeLabelRenderer>
    </>
  );
}

function InsertButton({ from, to }: { from: string; to: string }) {
  const { t } = useTexts('flowEditor');
  const { flow, rearrange, select } = useEditor();
  const { kindName, reason } = useWords();
  const [isOpen, setOpen] = useState(false);
  const edge = flow.edges.find((other) => other.from === from && other.to === to);
  const nameOf = (id: string) => nodeOf(flow, id)?.name ?? id;
  const begin = nodeOf(flow, from);
  if (edge === undefined || begin === undefined) return null;
  const parent = parentOf(begin);
  const made = (kind: (typeof NODE_KINDS)[number]) => {
    const node = newNode(kind, flow.nodes, kindName(kind));
    return parent === undefined ? node : { ...node, parent };
  };
  const items = () =>
    NODE_KINDS.filter((kind) => kind !== 'start').map((kind) => {
      const node = made(kind);
      const why = [
        ...(parent === undefined ? [] : whyNotInside(flow, node, parent)),
        ...whyNotInsert(flow, edge, node),
      ];
      return { key: kind, label: kindName(kind), disabled: why.length > 0, title: reason(why) };
    });
  const insert = (kind: (typeof NODE_KINDS)[number]) => {
    const node = made(kind);
    rearrange(insertNode(flow, edge, node));
    select(node.id);
  };
  return (
    <Dropdown
      trigger={['click']}
      onOpenChange={setOpen}
      menu={{ items: isOpen ? items() : [], onClick: ({ key }) => insert(key as (typeof NODE_KINDS)[number]) }}
    >
      <button type="button" className="flow-line-plus" aria-label={t('insert', { from: nameOf(from), to: nameOf(to) })}>
        <PlusOutlined />
      </button>
    </Dropdown>
  );
}
