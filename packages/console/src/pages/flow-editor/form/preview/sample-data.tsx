import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Button, Collapse, Input, Popover } from 'antd';
import { query } from '../../../../api/index.ts';
import { useTexts } from '../../../../i18n/index.ts';
import { useSample } from './sample.ts';

const ANY_TIME = { start_time: '2000-01-01T00:00:00Z', end_time: '2100-01-01T00:00:00Z' };

const FORMS = [
  ['path', '$.order.items[0].price'],
  ['several', '$.items[0,2]   $.items[1:3]'],
  ['filter', '$.items[?(@.price > 10)]'],
  ['template', '{"total": "$.order.total"}'],
  ['condition', "$.age >= 20 && $.city == 'Oslo'"],
  ['exists', "$.name == '*'   $.name != nil"],
  ['constants', '$CONST.region   $RUN.id'],
] as const;

/** The data that the expressions of a node are tried on: typed, or that of the last run. */
export function SampleData({ node }: { node: string }) {
  const { t } = useTexts('flowEditor');
  const { text, data, set } = useSample();
  return (
    <Collapse
      className="sample-data"
      size="small"
      ghost
      items={[
        {
          key: 'sample',
          label: t('sample.title'),
          children: (
            <>
              <p>{t('sample.about')}</p>
              <Input.TextArea
                aria-label={t('sample.data')}
                className="code-input"
                autoSize={{ minRows: 3, maxRows: 10 }}
                spellCheck={false}
                placeholder={'{"order": {"total": 20}}'}
                status={text !== '' && data === undefined ? 'error' : ''}
                value={text}
                onChange={(event) => set(event.target.value)}
              />
              {text !== '' && data === undefined && <p className="expression-preview is-bad">{t('sample.bad')}</p>}
              <div className="sample-buttons">
                <LastRun node={node} />
                <Popover trigger="click" title={t('sample.help')} content={<Forms />}>
                  <Button size="small">{t('sample.help')}</Button>
                </Popover>
              </div>
            </>
          ),
        },
      ]}
    />
  );
}

function Forms() {
  const { t } = useTexts('flowEditor');
  return (
    <dl className="expression-forms">
      {FORMS.map(([name, example]) => (
        <div key={name}>
          <dt>{t(`sample.forms.${name}`)}</dt>
          <dd>
            <code>{example}</code>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What the node got and gave in the last run. */
function LastRun({ node }: { node: string }) {
  const { t } = useTexts('flowEditor');
  const { set } = useSample();
  const { flow = '' } = useParams({ strict: false });
  const runs = useQuery({
    ...query('showWorkflowExecutionForPage', {
      params: { workflow_id: flow },
      query: { offset: '0', limit: '1', ...ANY_TIME },
    }),
    enabled: flow !== '',
  });
  const run = runs.data?.executions[0]?.execution_id ?? '';
  const detail = useQuery({
    ...query('showWorkflowExecution', { params: { workflow_id: flow, execution_id: run } }),
    enabled: run !== '',
  });
  const last = detail.data?.node_execution_details.find(({ node_id }) => node_id === node)?.executions.at(-1);
  if (detail.data === undefined) return null;
  const use = (value: unknown) => set(JSON.stringify(value, null, 2));
  return (
    <>
      <Button size="small" onClick={() => use(last === undefined ? detail.data.input : last.input)}>
        {t(last === undefined ? 'sample.runInput' : 'sample.lastInput')}
      </Button>
      {last?.output !== undefined && (
        <Button size="small" onClick={() => use(last.output)}>
          {t('sample.lastOutput')}
        </Button>
      )}
    </>
  );
}
