import DeleteOutlined from '@ant-design/icons/es/icons/DeleteOutlined';
import { type FlowNode, KIND_WORDS, type NodeKind } from '@funcgraph/flow';
import { Button, Form, Input } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { isContainer, useWords } from '../../../parts/flow-graph/index.ts';
import { addNode, changeNode, nodeOf, removeNodes, whyNotInside } from '../draft/changes.ts';
import { NODE_KINDS, newNode } from '../draft/nodes.ts';
import { useEditor } from '../editor-context.ts';
import { FieldInput } from './field-input.tsx';
import { changeOf, FIELDS, offered } from './fields.ts';
import { Lines } from './lines.tsx';
import { SampleData } from './preview/sample-data.tsx';
import { FlowTriggers } from './triggers/flow-triggers.tsx';

const WITH_EXPRESSIONS: ReadonlySet<NodeKind> = new Set([
  'function',
  'subflow',
  'parallel',
  'condition',
  'error',
  'loop',
  'service',
]);

/** The settings of the selected node, by its kind. */
export function NodeForm() {
  const { t } = useTexts('flowEditor');
  const { flow, change, select, selected, problems } = useEditor();
  const { word, kindName, reason } = useWords();
  const node = nodeOf(flow, selected);
  if (node === undefined) return <p className="flow-form-hint">{t('noSelection')}</p>;
  const values = node as unknown as Readonly<Record<string, unknown>>;
  const set = (name: string, value: unknown) =>
    change(changeNode(flow, node.id, changeOf(name, value)), `${node.id}.${name}`);
  const broken = (name: string) =>
    problems.filter(
      (problem) => problem.node === node.id && new RegExp(`^${name}(?![a-z_])`).test(problem.field ?? ''),
    );
  return (
    // another node has fields of its own
    <Form layout="vertical" component="div" key={node.id} requiredMark>
      <h2>{kindName(node.kind)}</h2>
      <p className="flow-form-about">{word(KIND_WORDS[node.kind].about)}</p>
      <Form.Item label={t('name')} htmlFor="node-name">
        <Input id="node-name" value={node.name} onChange={(event) => set('name', event.target.value)} />
      </Form.Item>
      {FIELDS[node.kind]
        .filter(({ when }) => when === undefined || when(values))
        .map((field) => {
          const why = broken(field.name);
          return (
            <Form.Item
              key={field.name}
              label={t(`fields.${field.name}`)}
              htmlFor={`node-${field.name}`}
              required={field.isRequired === true}
              {...(why.length > 0 ? { validateStatus: 'error', help: reason(why) } : {})}
            >
              <FieldInput
                id={`node-${field.name}`}
                field={offered(field, flow, node)}
                value={values[field.name]}
                onChange={(value) => set(field.name, value)}
              />
            </Form.Item>
          );
        })}
      {isContainer(node.kind) && <Inside container={node} />}
      {node.kind === 'start' && <FlowTriggers />}
      <Lines node={node} />
      {WITH_EXPRESSIONS.has(node.kind) && <SampleData node={node.id} />}
      {node.kind !== 'start' && (
        <Button
          danger
          icon={<DeleteOutlined />}
          onClick={() => {
            change(removeNodes(flow, [node.id]));
            select('');
          }}
        >
          {t('removeNode')}
        </Button>
      )}
    </Form>
  );
}

/** Puts nodes into a loop or a service without the mouse. */
function Inside({ container }: { container: FlowNode }) {
  const { t } = useTexts('flowEditor');
  const { flow, rearrange, select } = useEditor();
  const { kindName } = useWords();
  const allowed = NODE_KINDS.map((kind) => newNode(kind, flow.nodes, kindName(kind))).filter(
    (node) => whyNotInside(flow, node, container.id).length === 0,
  );
  return (
    <section className="flow-inside">
      <h3>{t('inside')}</h3>
      {allowed.map((node) => (
        <Button
          key={node.kind}
          onClick={() => {
            rearrange(addNode(flow, { ...node, parent: container.id } as FlowNode));
            select(node.id);
          }}
        >
          + {kindName(node.kind)}
        </Button>
      ))}
    </section>
  );
}
