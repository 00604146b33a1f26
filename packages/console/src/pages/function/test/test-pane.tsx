import { Alert, Select } from 'antd';
import { Suspense, useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { ErrorView } from '../../../parts/error-view.tsx';
import { lazyPart } from '../../../parts/load-again.ts';
import { useShortcut } from '../../../parts/shortcuts/index.ts';
import type { ShownFunction } from '../shown-function.ts';
import { EventDialog } from './event-dialog.tsx';
import { saveProblem } from './event-rules.ts';
import { jsonProblem } from './json-problem.ts';
import './test-pane.css';
import { TestResultView } from './test-result.tsx';
import { BLANK_TEMPLATE, firstEventOf, textOfTemplate, useTestEvents } from './use-test-events.ts';
import { useTestRun } from './use-test-run.ts';

const CodeEditor = lazyPart(async () => (await import('../code/editor/code-editor.tsx')).CodeEditor);

/** Of the choice of events; no event has this id. */
const CONFIGURE = '';
/** Longer ones are better called asynchronously. */
const ASYNC_ABOVE_SECONDS = 90;

/** Runs the deployed code of the shown version with an event, beside the code. */
export function TestPane({ fn }: { fn: ShownFunction }) {
  const { t } = useTexts('functionTest');
  const [text, setText] = useState(firstEventOf(fn));
  const [chosen, setChosen] = useState('');
  const [dialog, setDialog] = useState<'configure' | 'save-as'>();
  const events = useTestEvents(fn);
  const run = useTestRun(fn);
  const problem = jsonProblem(text);
  const event = events.saved.find(({ id }) => id === chosen);
  const unsaved = problem === undefined ? saveProblem(text, events.saved.length + (event ? 0 : 1)) : 'json';

  const choose = async (id: string) => {
    if (id === CONFIGURE) return setDialog('configure');
    const template = events.templates.find(({ name }) => name === id);
    const next = template ? textOfTemplate(template) : await events.read(id);
    if (next === undefined) return;
    setText(next);
    // a template is the start of a new event
    setChosen(template ? '' : id);
  };
  const start = () => {
    if (problem === undefined && !run.isPending) run.mutate(text);
  };
  useShortcut('Ctrl+enter', t('run'), start);

  return (
    <section className="surface test-pane" aria-label={t('label')}>
      <div className="test-head">
        <Select
          aria-label={t('events.choose')}
          placeholder={t('events.choose')}
          value={event?.id ?? null}
          onChange={(id: string | null) => id !== null && void choose(id)}
          popupMatchSelectWidth={false}
          options={[
            { value: CONFIGURE, label: t('events.configure') },
            ...(events.saved.length > 0
              ? [
                  {
                    label: t('events.saved'),
                    options: events.saved.map(({ id, name }) => ({ value: id, label: name })),
                  },
                ]
              : []),
            {
              label: t('events.templates'),
              options: events.templates.map(({ name }) => ({
                value: name,
                label: name === BLANK_TEMPLATE ? t('events.blank') : name,
              })),
            },
          ]}
        />
        <ActionButton
          needs="invokeFunction"
          type="primary"
          title="Ctrl+Enter"
          disabled={problem !== undefined}
          loading={run.isPending}
          onClick={start}
        >
          {t('run')}
        </ActionButton>
      </div>
      <div className="test-event">
        <Suspense>
          <CodeEditor path="event.json" text={text} label={t('events.body')} isReadOnly={false} onChange={setText} />
        </Suspense>
      </div>
      <div className="test-event-tools">
        <span className={unsaved === undefined ? '' : 'test-problem'} role="status">
          {problem === undefined ? unsaved && t(`events.problems.${unsaved}`) : t('events.json', { ...problem })}
        </span>
        {event && (
          <ActionButton
            needs="updateEvent"
            size="small"
            disabled={unsaved !== undefined}
            onClick={() => void events.update(event.id, text, () => undefined)}
          >
            {t('events.save')}
          </ActionButton>
        )}
        <ActionButton
          needs="createEvent"
          size="small"
          disabled={
            unsaved === 'json' || unsaved === 'large' || saveProblem(text, events.saved.length + 1) !== undefined
          }
          onClick={() => setDialog('save-as')}
        >
          {t('events.saveAs')}
        </ActionButton>
      </div>
      {fn.config.timeout > ASYNC_ABOVE_SECONDS && <Alert type="info" title={t('long')} banner />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keys scroll it */}
      <section className="test-outcome" aria-label={t('result.summary')} tabIndex={0}>
        {run.error && <ErrorView error={run.error} />}
        {run.data && <TestResultView result={run.data} />}
        {!run.error && !run.data && <p>{t(run.isPending ? 'running' : 'hint', { version: fn.chosen })}</p>}
      </section>
      {dialog && (
        <EventDialog
          events={events}
          begin={dialog === 'save-as' ? text : undefined}
          onSaved={(id, saved) => {
            setChosen(id);
            setText(saved);
            setDialog(undefined);
          }}
          onDeleted={(id) => {
            if (id === chosen) setChosen('');
            setDialog(undefined);
          }}
          onClose={() => setDialog(undefined)}
        />
      )}
    </section>
  );
}
