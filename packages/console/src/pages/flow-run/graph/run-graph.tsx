import type { FlowDefinition, FlowNode } from '@funcgraph/flow';
import { Background, Controls, type Edge, MarkerType, ReactFlow } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useMemo } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import {
  arrange,
  isContainer,
  isPlaced,
  parentOf,
  sizeOf,
  useCanvasWords,
  useWords,
} from '../../../parts/flow-graph/index.ts';
import { isTaken, nodeState } from '../model/node-states.ts';
import type { RunModel } from '../model/run-model.ts';
import { RunCard, type RunNode } from './run-node.tsx';

const NODE_TYPES = { card: RunCard, container: RunCard };
const FIT = { maxZoom: 1, padding: 0.12 };

interface RunGraphProps {
  readonly flow: FlowDefinition;
  readonly model: RunModel;
  readonly selected: string;
  readonly onSelect: (node: string) => void;
}

/** The definition that the run has, with what happened at each node. */
export function RunGraph({ flow, model, selected, onSelect }: RunGraphProps) {
  const { t } = useTexts('flowRun');
  const { kindName } = useWords();
  const words = useCanvasWords();
  const labels = useMemo(
    () => ({
      ...words,
      'node.a11yDescription.default': t('graph.node'),
      'node.a11yDescription.keyboardDisabled': t('graph.node'),
    }),
    [words, t],
  );
  const placed = useMemo(() => (isPlaced(flow) ? flow : arrange(flow)), [flow]);
  const nodes = useMemo(() => {
    const nodeOf = (node: FlowNode): RunNode => {
      const state = nodeState(node, model);
      const parent = parentOf(node);
      return {
        id: node.id,
        type: isContainer(node.kind) ? 'container' : 'card',
        position: node.position ?? { x: 0, y: 0 },
        ...sizeOf(placed, node),
        data: { kind: node.kind, name: node.name, state },
        selected: node.id === selected,
        ariaLabel: `${kindName(node.kind)}: ${node.name}, ${t(`status.${state.status}`)}`,
        ...(parent === undefined ? {} : { parentId: parent }),
      };
    };
    const outer = placed.nodes.filter((node) => parentOf(node) === undefined);
    return [...outer, ...placed.nodes.filter((node) => parentOf(node) !== undefined)].map(nodeOf);
  }, [placed, model, selected, kindName, t]);
  const edges = useMemo(
    () =>
      placed.edges.map((edge): Edge => {
        const isLit = isTaken(edge, placed, model);
        const { branch } = edge;
        return {
          id: JSON.stringify([edge.from, edge.to]),
          source: edge.from,
          target: edge.to,
          type: 'smoothstep',
          className: isLit ? 'run-edge-taken' : 'run-edge',
          focusable: false,
          markerEnd: { type: MarkerType.ArrowClosed, width: 18, height: 18 },
          ...(branch === undefined
            ? {}
            : { label: branch.kind === 'default' ? t('graph.default') : branch.expression }),
        };
      }),
    [placed, model, t],
  );
  return (
    <div className="flow-canvas run-canvas">
      <ReactFlow<RunNode>
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        deleteKeyCode={null}
        minZoom={0.1}
        fitView
        fitViewOptions={FIT}
        preventScrolling={false}
        zoomOnScroll={false}
        ariaLabelConfig={labels}
        onNodesChange={(changes) => {
          const chosen = changes.find((one) => one.type === 'select' && one.selected);
          if (chosen?.type === 'select' && chosen.id !== selected) onSelect(chosen.id);
        }}
        onPaneClick={() => onSelect('')}
      >
        <Background gap={20} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}
