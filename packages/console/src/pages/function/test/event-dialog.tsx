import { Button, Form, Input, Modal, Radio, Select } from 'antd';
import { Suspense, useState } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { lazyPart } from '../../../parts/load-again.ts';
import { nameProblem, saveProblem } from './event-rules.ts';
import { jsonProblem } from './json-problem.ts';
import { BLANK, BLANK_TEMPLATE, type TestEvents, textOfTemplate } from './use-test-events.ts';

const CodeEditor = lazyPart(async () => (await import('../code/editor/code-editor.tsx')).CodeEditor);

const WIDTH = 640;

interface EventDialogProps {
  readonly events: TestEvents;
  /** What a new event begins with, when it is no template. */
  readonly begin: string | undefined;
  readonly onSaved: (id: string, text: string) => void;
  readonly onDeleted: (id: string) => void;
  readonly onClose: () => void;
}

/** Makes a test event, from a template or not, or changes a saved one. */
export function EventDialog({ events, begin, onSaved, onDeleted, onClose }: EventDialogProps) {
  const { t } = useTexts('functionTest');
  const [isNew, setNew] = useState(true);
  const [template, setTemplate] = useState(begin === undefined ? BLANK_TEMPLATE : null);
  const [name, setName] = useState('');
  const [id, setId] = useState<string | null>(null);
  const [text, setText] = useState(begin ?? BLANK);

  const taken = nameProblem(
    name,
    events.saved.map((event) => event.name),
  );
  const wrongName = name === '' ? undefined : taken;
  const json = jsonProblem(text);
  const problem = json === undefined ? saveProblem(text, events.saved.length + (isNew ? 1 : 0)) : 'json';
  const isReady = problem === undefined && (isNew ? taken === undefined : id !== null);

  const begins = (chosen: string) => {
    setTemplate(chosen);
    setText(textOfTemplate(events.templates.find((one) => one.name === chosen)));
  };
  const edit = async (chosen: string) => {
    const saved = await events.read(chosen);
    if (saved === undefined) return;
    setId(chosen);
    setText(saved);
  };
  const submit = () => {
    if (!isReady) return;
    if (isNew) void events.create(name, text, (created) => onSaved(created, text));
    else if (id !== null) void events.update(id, text, () => onSaved(id, text));
  };
  return (
    <Modal
      open
      title={t('events.configure')}
      width={WIDTH}
      mask={{ closable: false }}
      onCancel={onClose}
      footer={
        <>
          {id !== null && !isNew && (
            <ActionButton needs="deleteEvent" danger onClick={() => events.remove(id, () => onDeleted(id))}>
              {t('events.delete')}
            </ActionButton>
          )}
          <Button onClick={onClose}>{t('events.cancel')}</Button>
          <ActionButton
            needs={isNew ? 'createEvent' : 'updateEvent'}
            type="primary"
            disabled={!isReady}
            loading={events.isBusy}
            onClick={submit}
          >
            {t(isNew ? 'events.create' : 'events.save')}
          </ActionButton>
        </>
      }
    >
      <Form layout="vertical" className="form-dialog">
        <Form.Item>
          <Radio.Group
            aria-label={t('events.configure')}
            value={isNew}
            onChange={(event) => setNew(event.target.value === true)}
            options={[
              { value: true, label: t('events.new') },
              { value: false, label: t('events.edit'), disabled: events.saved.length === 0 },
            ]}
          />
        </Form.Item>
        {isNew ? (
          <div className="test-event-fields">
            <Form.Item label={t('events.templates')} htmlFor="event-template">
              <Select
                id="event-template"
                value={template}
                placeholder={t('events.current')}
                options={events.templates.map((one) => ({
                  value: one.name,
                  label: one.name === BLANK_TEMPLATE ? t('events.blank') : one.name,
                }))}
                onChange={begins}
              />
            </Form.Item>
            <Form.Item
              label={t('events.name')}
              htmlFor="event-name"
              required
              validateStatus={wrongName === undefined ? '' : 'error'}
              help={t(wrongName === 'taken' ? 'events.taken' : 'events.rule')}
            >
              <Input
                id="event-name"
                autoFocus
                autoComplete="off"
                maxLength={25}
                value={name}
                onChange={(event) => setName(event.target.value)}
                onPressEnter={submit}
              />
            </Form.Item>
          </div>
        ) : (
          <Form.Item label={t('events.saved')} htmlFor="event-saved" required>
            <Select
              id="event-saved"
              value={id}
              placeholder={t('events.choose')}
              options={events.saved.map((event) => ({ value: event.id, label: event.name }))}
              onChange={(chosen: string) => void edit(chosen)}
            />
          </Form.Item>
        )}
        <div className="test-event-editor">
          <Suspense>
            <CodeEditor path="event.json" text={text} label={t('events.body')} isReadOnly={false} onChange={setText} />
          </Suspense>
        </div>
        <p className={problem === undefined ? '' : 'test-problem'} role="status">
          {json === undefined ? problem && t(`events.problems.${problem}`) : t('events.json', { ...json })}
        </p>
      </Form>
    </Modal>
  );
}
