import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Alert, Button, Form } from 'antd';
import { mutation, query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { AgencyFields } from '../../parts/agency-fields.tsx';
import { Command } from '../../parts/command.tsx';
import { useNotices } from '../../parts/notices.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { useFormLanguage } from '../../parts/use-form-language.ts';
import { BasicFields } from './basic-fields.tsx';
import { CodeUpload } from './code-upload.tsx';
import './create-function.css';
import { ImageFields } from './image-fields.tsx';
import { ImageNotes } from './image-notes.tsx';
import {
  type CodeFile,
  creationBody,
  creationCall,
  creationCommands,
  type ImageDraft,
  unsetVariables,
} from './new-function.ts';
import { usualRuntime } from './runtime-choice.ts';
import { RuntimeField } from './runtime-field.tsx';
import { StartCode } from './start-code.tsx';
import { TemplateField } from './template-field.tsx';
import { useCodeSource } from './use-code-source.ts';
import { WAYS, WayCards } from './way-cards.tsx';

const IMAGE_RUNTIME = 'Custom Image';

interface Fields {
  readonly name?: string;
  readonly type?: 'event' | 'http';
  readonly runtime?: string;
  readonly handler?: string;
  readonly agency?: string;
  readonly isSeparate?: boolean;
  readonly runAgency?: string;
  readonly enterpriseProject?: string;
  readonly file?: CodeFile | 'too-large';
  readonly image?: ImageDraft;
}

export function Page() {
  const { t } = useTexts('createFunction');
  const notices = useNotices();
  const navigate = useNavigate();
  const [form] = Form.useForm<Fields>();
  useFormLanguage(form);
  const fields: Fields = Form.useWatch([], form) ?? {};
  const [url, setUrl] = useUrlState({ way: 'blank', template: '' });
  const way = WAYS.find((each) => each === url.way) ?? 'blank';
  const list = useQuery(query('listRuntimes'));
  const runtimes = list.data?.runtimes ?? [];
  const creation = useMutation(mutation('createFunction'));

  const usual = usualRuntime(runtimes, new Date());
  if (usual !== undefined && form.getFieldValue('runtime') === undefined) form.setFieldValue('runtime', usual);
  const isHttp = fields.type === 'http';
  const chosen = way === 'image' ? IMAGE_RUNTIME : (fields.runtime ?? '');
  const runtime = isHttp ? 'http' : chosen;
  const language = runtimes.find(({ name }) => name === runtime)?.language;
  const file = typeof fields.file === 'object' ? fields.file : undefined;
  const source = useCodeSource({ way, runtime, templateId: url.template, file, image: fields.image, runtimes });
  const template = source?.kind === 'template' ? source.template : undefined;
  const draft = {
    name: fields.name ?? '',
    runtime: template?.runtime ?? runtime,
    handler: fields.handler,
    agency: fields.agency,
    runAgency: fields.isSeparate ? fields.runAgency : undefined,
    enterpriseProject: fields.enterpriseProject,
  };
  const unset = template ? unsetVariables(template) : [];

  const create = () => {
    if (source === undefined) return;
    const { name } = draft;
    creation.mutate(
      { body: creationBody(draft, source) },
      {
        onSuccess: () => {
          notices.success(() => t('done', { name }));
          void navigate({ to: `/functions/${name}` as '/functions' });
        },
        onError: (error) => notices.failure(() => t('failed', { name }), error),
      },
    );
  };

  return (
    <>
      <PageHeader title={t('title')} intro={t('intro')} />
      <WayCards value={way} onChange={(next) => setUrl({ way: next })} />
      <div className="create-function">
        <Form
          form={form}
          className="surface"
          layout="vertical"
          requiredMark
          scrollToFirstError={{ focus: true }}
          initialValues={{ type: 'event', agency: '', enterpriseProject: '0' }}
          onFinish={create}
        >
          <h2>{t('basics')}</h2>
          {way === 'template' && (
            <TemplateField value={url.template} onChange={(id) => setUrl({ template: id })} template={template} />
          )}
          <BasicFields way={way} isHttp={isHttp} />
          <AgencyFields label={t('agency')} />
          {way === 'image' && <ImageFields />}
          {way === 'blank' && !isHttp && <RuntimeField runtimes={runtimes} isLoading={list.isLoading} />}
          {way === 'blank' && (language === 'java' || language === 'go') && <CodeUpload language={language} />}
          {template?.needs_agency && !draft.agency && !draft.runAgency && (
            <Form.Item>
              <Alert type="warning" showIcon title={t('template.noAgency')} description={t('template.needsAgency')} />
            </Form.Item>
          )}
          {unset.length > 0 && (
            <Form.Item>
              <Alert type="info" showIcon title={t('template.unset', { names: unset.join(', ') })} />
            </Form.Item>
          )}
          <div className="create-function-actions">
            <ActionButton
              needs="createFunction"
              type="primary"
              disabled={template?.build !== undefined}
              loading={creation.isPending}
              onClick={() => form.submit()}
            >
              {t('submit')}
            </ActionButton>
            <Button onClick={() => void navigate({ to: '/functions' })}>{t('cancel')}</Button>
          </div>
        </Form>
        {source && (
          <aside className="surface">
            {source.kind === 'image' ? <ImageNotes /> : <StartCode source={source} />}
            <section aria-labelledby="same-command">
              <h2 id="same-command">{t('command.title')}</h2>
              <p>{t('command.text')}</p>
              {creationCommands(draft, source).map((line, at, { length }) => (
                <Command key={line} line={line} call={at === length - 1 ? creationCall(draft, source) : undefined} />
              ))}
            </section>
          </aside>
        )}
      </div>
    </>
  );
}
