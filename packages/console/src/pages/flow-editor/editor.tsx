import type { FlowDefinition, NodeKind } from '@funcgraph/flow';
import { useNavigate } from '@tanstack/react-router';
import { ReactFlowProvider } from '@xyflow/react';
import { App } from 'antd';
import { Suspense, useMemo, useState } from 'react';
import { useTexts } from '../../i18n/index.ts';
import { arrange, arrangeSome, isPlaced, type Position, useWords } from '../../parts/flow-graph/index.ts';
import { FlowTabs } from '../../parts/flow-tabs.tsx';
import { LeaveGuard } from '../../parts/leave-guard.tsx';
import { lazyPart } from '../../parts/load-again.ts';
import { Spoken } from '../../parts/spoken.tsx';
import { StartFlow } from '../../parts/start-flow.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { Canvas } from './canvas/canvas.tsx';
import { Palette } from './canvas/palette.tsx';
import { newNode } from './draft/nodes.ts';
import { appendNode, dropNode } from './draft/placing.ts';
import { problemsOf } from './draft/problems.ts';
import { EditorProvider } from './editor-context.ts';
import './flow-editor.css';
import { NodeForm } from './form/node-form.tsx';
import { SampleProvider } from './form/preview/sample.ts';
import { readSample } from './form/preview/try-expression.ts';
import { ProblemList } from './problem-list.tsx';
import { SaveDialog, type Settings } from './save-dialog.tsx';
import { Toolbar } from './toolbar.tsx';
import { useDraft } from './use-draft.ts';

const DefinitionDialog = lazyPart(async () => (await import('./definition-dialog.tsx')).DefinitionDialog);

interface EditorProps {
  readonly initial: FlowDefinition;
  /** Of a saved flow. */
  readonly id?: string;
  readonly isBusy: boolean;
  /** `onSaved` is called before the page may be left. */
  readonly onSave: (flow: FlowDefinition, onSaved: () => void) => void;
}

/** Draws a flow: canvas, palette, form of the selected node, and the list of what is wrong. */
export function Editor({ initial, id, isBusy, onSave }: EditorProps) {
  const { t } = useTexts('flowEditor');
  const { kindName, reason } = useWords();
  const { message } = App.useApp();
  const navigate = useNavigate();
  const [placed] = useState(() => (isPlaced(initial) ? initial : arrange(initial)));
  const draft = useDraft(placed);
  const { flow, change } = draft;
  const [{ node: selected }, setUrl] = useUrlState({ node: '' });
  const [sampleText, setSampleText] = useState('');
  const sample = useMemo(() => ({ text: sampleText, data: readSample(sampleText), set: setSampleText }), [sampleText]);
  const [dialog, setDialog] = useState<'save' | 'json' | 'start'>();
  const problems = useMemo(() => problemsOf(flow), [flow]);
  const [arrangements, setArrangements] = useState(0);
  // of several; the one with its settings on the screen is no choice of its own
  const [several, setSeveral] = useState<readonly string[]>([]);
  const rearrange = (next: FlowDefinition) => {
    change(arrange(next));
    setArrangements((count) => count + 1);
  };
  const select = (node: string) => setUrl({ node });

  const insert = (kind: NodeKind) => {
    const node = newNode(kind, flow.nodes, kindName(kind));
    rearrange(appendNode(flow, node, selected));
    select(node.id);
  };
  const drop = (kind: NodeKind, at: Position) => {
    const node = newNode(kind, flow.nodes, kindName(kind));
    const dropped = dropNode(flow, node, at);
    if ('why' in dropped) void message.warning(<Spoken say={() => reason(dropped.why)} />);
    else {
      change(dropped.flow);
      select(node.id);
    }
  };
  const save = (next: FlowDefinition) =>
    onSave(next, () => {
      draft.markSaved(next);
      setDialog(undefined);
    });
  const saveSettings = ({ description, ...settings }: Settings) => {
    const { description: _before, ...others } = flow;
    const next = { ...others, ...settings, ...(description && { description }) } as FlowDefinition;
    change(next);
    save(next);
  };

  return (
    <EditorProvider value={{ flow, change, rearrange, problems, selected, select }}>
      <Toolbar
        draft={draft}
        problems={problems.length}
        isNew={id === undefined}
        isBusy={isBusy}
        several={several.length}
        onArrange={() => (several.length > 0 ? change(arrangeSome(flow, several)) : rearrange(flow))}
        onDialog={setDialog}
        onSave={() => (id === undefined ? setDialog('save') : save(flow))}
      />
      {id !== undefined && <FlowTabs flow={id} mode={flow.mode} />}
      <div className="flow-editor">
        <Palette onInsert={insert} />
        <div className="flow-middle">
          <ReactFlowProvider>
            <Canvas onDrop={drop} onSeveral={setSeveral} arrangements={arrangements} />
          </ReactFlowProvider>
          <ProblemList />
        </div>
        <aside className="flow-form" aria-label={t('form')}>
          <SampleProvider value={sample}>
            <NodeForm />
          </SampleProvider>
        </aside>
      </div>
      {dialog === 'save' && (
        <SaveDialog
          flow={flow}
          isNew={id === undefined}
          isBusy={isBusy}
          onSave={saveSettings}
          onClose={() => setDialog(undefined)}
        />
      )}
      {dialog === 'json' && (
        <Suspense>
          <DefinitionDialog
            flow={flow}
            onApply={(next) => {
              if (isPlaced(next)) change(next);
              else rearrange(next);
              setDialog(undefined);
            }}
            onClose={() => setDialog(undefined)}
          />
        </Suspense>
      )}
      {dialog === 'start' && id !== undefined && (
        <StartFlow
          flow={{ id, name: flow.name, mode: flow.mode }}
          onStarted={(run) =>
            void navigate({ to: '/flows/$flow/runs', params: { flow: id }, search: { run } as never })
          }
          onClose={() => setDialog(undefined)}
        />
      )}
      <LeaveGuard isUnsaved={draft.isChanged} title={t('leave.title')} consequence={t('leave.consequence')} />
    </EditorProvider>
  );
}
