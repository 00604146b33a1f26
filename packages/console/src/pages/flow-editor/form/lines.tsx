import DeleteOutlined from '@ant-design/icons/es/icons/DeleteOutlined';
import { type FlowEdge, type FlowNode, whyNot } from '@funcgraph/flow';
import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { useWords } from '../../../parts/flow-graph/index.ts';
import { addEdge, changeBranch, nodeOf, removeEdge } from '../draft/changes.ts';
import { useEditor } from '../editor-context.ts';
import { ExpressionPreview } from './preview/expression-preview.tsx';
import { WithPaths } from './preview/with-paths.tsx';

/** The lines out of a node, with their branches. What the mouse draws can be done by keyboard here. */
export function Lines({ node }: { node: FlowNode }) {
  const { t } = useTexts('flowEditor');
  const { flow, change } = useEditor();
  const { reason } = useWords();
  const [isOpen, setOpen] = useState(false);
  const lines = flow.edges.filter(({ from }) => from === node.id);
  const options = () =>
    flow.nodes
      .filter(({ id }) => id !== node.id)
      .map(({ id, name }) => {
        const why = whyNot(flow, node.id, id);
        return { value: id, label: name, disabled: why.length > 0, title: reason(why) };
      });
  if (node.kind === 'end') return null;
  return (
    <section className="flow-lines">
      <h3>{t('lines.title')}</h3>
      {lines.map((line) => (
        <LineRow key={line.to} line={line} hasBranch={node.kind === 'condition' || node.kind === 'error'} />
      ))}
      <Select
        aria-label={t('lines.add')}
        placeholder={t('lines.add')}
        value={null}
        options={isOpen ? options() : []}
        onOpenChange={setOpen}
        onChange={(to: string) => change(addEdge(flow, { from: node.id, to }))}
      />
    </section>
  );
}

type BranchKind = 'none' | 'condition' | 'default';

function LineRow({ line, hasBranch }: { line: FlowEdge; hasBranch: boolean }) {
  const { t } = useTexts('flowEditor');
  const { flow, change, select } = useEditor();
  const name = nodeOf(flow, line.to)?.name ?? line.to;
  const isCondition = nodeOf(flow, line.from)?.kind === 'condition';
  const kinds: BranchKind[] = isCondition ? ['condition', 'default'] : ['none', 'condition'];
  const choose = (kind: BranchKind) => {
    const branch = kind === 'none' ? undefined : kind === 'default' ? { kind } : { kind, expression: '' };
    change(changeBranch(flow, line, branch));
  };
  const write = (expression: string) =>
    change(changeBranch(flow, line, { kind: 'condition', expression }), `${line.from}>${line.to}`);
  return (
    <div className="flow-line-row">
      <div className="flow-line-target">
        <Button type="link" size="small" onClick={() => select(line.to)}>
          → {name}
        </Button>
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined />}
          aria-label={t('lines.remove', { name })}
          onClick={() => change(removeEdge(flow, line))}
        />
      </div>
      {hasBranch && (
        <Select
          aria-label={t('branch.type', { name })}
          value={line.branch?.kind ?? 'none'}
          options={kinds.map((kind) => ({ value: kind, label: t(`branch.${kind}`) }))}
          onChange={choose}
        />
      )}
      {line.branch?.kind === 'condition' && (
        <>
          <WithPaths label={t('branch.expression', { name })} of="input" onText={write}>
            <Input
              className="code-input"
              aria-label={t('branch.expression', { name })}
              placeholder="$.age >= 20"
              status={line.branch.expression === '' ? 'error' : ''}
              value={line.branch.expression}
              onChange={({ target: { value } }) => write(value)}
            />
          </WithPaths>
          <ExpressionPreview kind="condition" expression={line.branch.expression} />
        </>
      )}
    </div>
  );
}
