import CheckOutlined from '@ant-design/icons/es/icons/CheckOutlined';
import ForkOutlined from '@ant-design/icons/es/icons/ForkOutlined';
import type { RouteResponse, Routes } from '@funcgraph/api';
import { Alert, Button, Select } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { millisecondsText } from '../duration-text.ts';
import type { RunModel, ShownTry } from '../model/run-model.ts';
import { StatusMark } from '../status-mark.tsx';
import { Facts } from './facts.tsx';
import { RequestLines } from './request-lines.tsx';
import { ValueView } from './value-view.tsx';

export type RunDetail = RouteResponse<Routes['showWorkflowExecution']>;

interface RunPanelProps {
  readonly detail: RunDetail;
  readonly model: RunModel;
  readonly names: ReadonlyMap<string, string>;
  /** Empty for the whole run. */
  readonly node: string;
  /** URN of the flow of a sub-flow node. */
  readonly subflow: string | undefined;
  readonly chosen: ShownTry | undefined;
  readonly onChoose: (chosen: ShownTry) => void;
  readonly onClear: () => void;
  /** Of a node that a new run may begin at. */
  readonly onFork: ((input: unknown) => void) | undefined;
  /** Of a wait for a callback. */
  readonly onCallback: (() => void) | undefined;
}

/** Input, output and error of the run, or of the chosen node. */
export function RunPanel(props: RunPanelProps) {
  const { detail, model, names, node, subflow, chosen, onChoose, onClear, onFork, onCallback } = props;
  const { t } = useTexts('flowRun');
  if (node === '') {
    return (
      <aside className="run-panel" aria-label={t('panel.run')}>
        <h3>{t('panel.run')}</h3>
        {detail.error && <Failure {...detail.error} />}
        <ValueView title={t('panel.input')} value={detail.input} />
        <ValueView title={t('panel.output')} value={detail.output} />
      </aside>
    );
  }
  const tries = model.byNode.get(node) ?? [];
  const values = detailOf(detail, node)?.executions[chosen?.nth ?? 0];
  const name = names.get(node) ?? node;
  return (
    <aside className="run-panel" aria-label={t('panel.node', { name })}>
      <h3>
        {name}
        {chosen && <StatusMark status={chosen.status} />}
        <Button type="link" size="small" onClick={onClear}>
          {t('panel.whole')}
        </Button>
      </h3>
      {chosen === undefined && <p>{t('panel.notReached')}</p>}
      {tries.length > 1 && chosen && (
        <Select
          aria-label={t('panel.which')}
          value={chosen.nth}
          options={tries.map((each) => ({ value: each.nth, label: <TryName each={each} names={names} /> }))}
          onChange={(nth: number) => {
            const next = tries[nth];
            if (next !== undefined) onChoose(next);
          }}
        />
      )}
      {chosen && (
        <>
          <Facts chosen={chosen} requestId={values?.request_id} names={names} subflow={subflow} />
          {onCallback && (
            <ActionButton needs="createCallbackWorkflow" icon={<CheckOutlined />} onClick={onCallback}>
              {t('callback.action')}
            </ActionButton>
          )}
          {chosen.error && <Failure error_code={chosen.error.code} error_message={chosen.error.message} />}
          <ValueView title={t('panel.input')} value={values?.input} />
          <ValueView title={t('panel.output')} value={values?.output} />
          {values?.request_id !== undefined && chosen.target !== undefined && (
            <section className="run-value" aria-label={t('panel.log')}>
              <h4>{t('panel.log')}</h4>
              <RequestLines chosen={chosen} requestId={values.request_id} />
            </section>
          )}
          {onFork && (
            <ActionButton
              needs="forkWorkflowExecution"
              icon={<ForkOutlined />}
              onClick={() => onFork(tries[0] && detailOf(detail, node)?.executions[tries[0].nth]?.input)}
            >
              {t('fork.action')}
            </ActionButton>
          )}
        </>
      )}
    </aside>
  );
}

const detailOf = ({ node_execution_details }: RunDetail, node: string) =>
  node_execution_details.find(({ node_id }) => node_id === node);

function TryName({ each, names }: { each: ShownTry; names: ReadonlyMap<string, string> }) {
  const { t } = useTexts('flowRun');
  const places = each.inside.flatMap(({ node, index }) =>
    index === undefined ? [] : [`${names.get(node) ?? node} #${index + 1}`],
  );
  const took = each.endedAt === undefined ? '' : millisecondsText(each.endedAt - each.startedAt);
  return (
    <span className="try-name">
      <StatusMark status={each.status} isShort />
      {[...places, t('panel.attempt', { number: each.attempt }), took].filter(Boolean).join(' · ')}
    </span>
  );
}

function Failure({ error_code, error_message }: { error_code: string; error_message: string }) {
  return <Alert type="error" title={error_code} description={error_message} />;
}
