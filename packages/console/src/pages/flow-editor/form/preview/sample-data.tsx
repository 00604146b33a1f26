import { Button, Collapse, Input, Popover } from 'antd';
import { useTexts } from '../../../../i18n/index.ts';
import { useSample } from './sample.ts';
import { executionOf, useLastRun } from './use-last-run.ts';

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
  const run = useLastRun();
  if (run === undefined) return null;
  const last = executionOf(run, node);
  const use = (value: unknown) => set(JSON.stringify(value, null, 2));
  return (
    <>
      <Button size="small" onClick={() => use(last === undefined ? run.input : last.input)}>
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
