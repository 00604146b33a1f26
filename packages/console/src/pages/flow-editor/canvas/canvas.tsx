import LockOutlined from '@ant-design/icons/es/icons/LockOutlined';
import UnlockOutlined from '@ant-design/icons/es/icons/UnlockOutlined';
import { type FlowDefinition, type NodeKind, whyNot } from '@funcgraph/flow';
import {
  applyNodeChanges,
  Background,
  type Connection,
  ControlButton,
  Controls,
  MarkerType,
  MiniMap,
  type OnConnectEnd,
  type OnSelectionChangeFunc,
  ReactFlow,
  useReactFlow,
} from '@xyflow/react';
import { moveNodes, type Position, useCanvasWords, useWords } from '../../../parts/flow-graph/index.ts';
import '@xyflow/react/dist/style.css';
import { App } from 'antd';
import { type DragEvent, useCallback, useEffect, useMemo, useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { Spoken } from '../../../parts/spoken.tsx';
import { addEdge, removeEdge, removeNodes } from '../draft/changes.ts';
import { useEditor } from '../editor-context.ts';
import { FindNode } from './find-node.tsx';
import { Line } from './line.tsx';
import { ContainerCard, NodeCard } from './node-card.tsx';
import { DRAGGED_KIND } from './palette.tsx';
import { type CanvasEdge, type CanvasNode, canvasEdges, canvasNodes } from './to-canvas.ts';

const NODE_TYPES = { card: NodeCard, container: ContainerCard };
const EDGE_TYPES = { line: Line };
/** The search for a node stands at the top. */
const FIT = { maxZoom: 1, padding: { top: '64px', right: '10%', bottom: '32px', left: '10%' } } as const;
const ARROW = { markerEnd: { type: MarkerType.ArrowClosed, width: 18, height: 18 } };

interface CanvasProps {
  /** How often all nodes were placed anew; the whole drawing is shown then. */
  readonly arrangements: number;
  readonly onDrop: (kind: NodeKind, at: Position) => void;
  /** With the ids of two or more selected nodes, or none. */
  readonly onSeveral: (ids: readonly string[]) => void;
}

/** The drawing: nodes that move, lines that the rules allow. */
export function Canvas({ onDrop, onSeveral, arrangements }: CanvasProps) {
  const { t } = useTexts('flowEditor');
  const { flow, change, selected, select, problems } = useEditor();
  const { kindName, reason } = useWords();
  const { message } = App.useApp();
  const { screenToFlowPosition, fitView } = useReactFlow();
  const labels = useCanvasWords();
  const looks = useMemo(
    () => ({ bad: new Set(problems.map(placeOf)), kindName, defaultWord: t('branch.default') }),
    [problems, kindName, t],
  );
  const drawn = useMemo(() => canvasNodes(flow, looks), [flow, looks]);
  // a drag moves nodes here; the flow changes when it ends
  const [nodes, setNodes] = useState<CanvasNode[]>(drawn);
  useEffect(() => setNodes((before) => withSelection(drawn, before, selected)), [drawn, selected]);
  useEffect(() => {
    if (arrangements > 0) void fitView(FIT);
  }, [arrangements, fitView]);
  const [lit, setLit] = useState('');
  const [isLocked, setLocked] = useState(false);
  const edges = useMemo(
    () => canvasEdges(flow, looks).map((edge) => ({ ...edge, selected: edge.id === lit })),
    [flow, looks, lit],
  );

  const report: OnSelectionChangeFunc = useCallback(
    ({ nodes: chosen }) => onSeveral(chosen.length > 1 ? chosen.map(({ id }) => id) : []),
    [onSeveral],
  );
  const refuse: OnConnectEnd = (_event, { fromNode, toNode, fromHandle, isValid }) => {
    if (isValid !== false || fromNode === null || toNode === null) return;
    const forwards = fromHandle?.type !== 'target';
    const why = whyNot(flow, forwards ? fromNode.id : toNode.id, forwards ? toNode.id : fromNode.id);
    if (why.length > 0) void message.warning(<Spoken say={() => reason(why)} />);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    const kind = event.dataTransfer.getData(DRAGGED_KIND);
    if (kind !== '') onDrop(kind as NodeKind, screenToFlowPosition({ x: event.clientX, y: event.clientY }));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the palette inserts by keyboard too
    <div className="flow-canvas" onDrop={drop} onDragOver={(event) => event.preventDefault()}>
      <ReactFlow<CanvasNode, CanvasEdge>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        defaultEdgeOptions={ARROW}
        minZoom={0.1}
        fitView
        fitViewOptions={FIT}
        multiSelectionKeyCode="Shift"
        nodesDraggable={!isLocked}
        nodesConnectable={!isLocked}
        deleteKeyCode={isLocked ? null : ['Delete', 'Backspace']}
        ariaLabelConfig={labels}
        onNodesChange={(changes) => {
          setNodes((before) => applyNodeChanges(changes, before));
          const chosen = changes.find((one) => one.type === 'select' && one.selected);
          if (chosen?.type === 'select' && chosen.id !== selected) select(chosen.id);
        }}
        onEdgesChange={(changes) => {
          for (const one of changes) if (one.type === 'select') setLit(one.selected ? one.id : '');
        }}
        onNodeDragStop={(_event, _node, moved) => change(moveNodes(flow, placesOf(moved)))}
        onSelectionChange={report}
        onPaneClick={() => {
          setLit('');
          select('');
        }}
        isValidConnection={({ source, target }) => whyNot(flow, source, target).length === 0}
        onConnect={(connection) => change(addEdge(flow, endsOf(connection)))}
        onConnectEnd={refuse}
        onDelete={({ nodes: gone, edges: cut }) => change(withoutParts(flow, gone, cut))}
      >
        <Background gap={20} />
        {flow.nodes.length > 12 && <MiniMap pannable zoomable ariaLabel={t('miniMap')} />}
        <Controls showInteractive={false}>
          <ControlButton
            aria-label={t('canvas.lock')}
            title={t('canvas.lock')}
            aria-pressed={isLocked}
            onClick={() => setLocked(!isLocked)}
          >
            {isLocked ? <LockOutlined /> : <UnlockOutlined />}
          </ControlButton>
        </Controls>
        <FindNode />
      </ReactFlow>
    </div>
  );
}

/** Several nodes stay selected as long as the one with its settings on the screen is among them. */
function withSelection(drawn: readonly CanvasNode[], before: readonly CanvasNode[], selected: string): CanvasNode[] {
  const chosen = new Set(before.filter((node) => node.selected).map(({ id }) => id));
  return drawn.map((node) => ({
    ...node,
    selected: chosen.has(selected) ? chosen.has(node.id) : node.id === selected,
  }));
}

const placeOf = ({ node, edge }: { node?: string; edge?: { from: string } }) => node ?? edge?.from ?? '';
const endsOf = ({ source, target }: Pick<Connection, 'source' | 'target'>) => ({ from: source, to: target });
const placesOf = (nodes: readonly CanvasNode[]) =>
  new Map(nodes.map(({ id, position: { x, y } }) => [id, { x: Math.round(x), y: Math.round(y) }]));

function withoutParts(flow: FlowDefinition, nodes: readonly CanvasNode[], edges: readonly CanvasEdge[]) {
  const cut = edges.reduce((left, edge) => removeEdge(left, endsOf(edge)), flow);
  return removeNodes(
    cut,
    nodes.map(({ id }) => id),
  );
}
