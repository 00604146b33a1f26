import type { RouteResponse, Routes } from '@funcgraph/api';
import { ERRORS } from '@funcgraph/api/errors';
import { useMutation } from '@tanstack/react-query';
import { Button, Form } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiError, mutation } from '../../../../api/index.ts';
import { type Texts, useTexts } from '../../../../i18n/index.ts';
import { ActionButton } from '../../../../parts/action-button.tsx';
import { ErrorView } from '../../../../parts/error-view.tsx';
import { useNotices } from '../../../../parts/notices.tsx';
import { useFormLanguage } from '../../../../parts/use-form-language.ts';
import type { ConfigChange, SectionProps } from '../section.ts';
import { changedFields } from './changed-fields.ts';

/** The field of a form that a refusal of the server is about, by its code. */
const FIELDS: Readonly<Record<string, string>> = {
  [ERRORS.invalid_handler.fss]: 'handler',
  [ERRORS.invalid_timeout.fss]: 'timeout',
  [ERRORS.invalid_initializer.fss]: 'initializer',
  [ERRORS.invalid_initializer_timeout.fss]: 'initializerTimeout',
  [ERRORS.description_too_long.fss]: 'description',
};

/** Codes that many fields share: the message begins with the name of the field in the API. */
const NAMED: Readonly<Record<string, string>> = { heartbeat_handler: 'heartbeat' };

function refusedField(error: Error): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const [first = ''] = error.message.split(' ', 1);
  return FIELDS[error.code] ?? NAMED[first];
}

interface SettingsFormProps<Fields extends object> extends SectionProps {
  readonly section: keyof Texts['functionSettings']['sections'];
  readonly intro: ReactNode;
  /** The fields of the form from the configuration of the function. */
  readonly read: (config: RouteResponse<Routes['showFunctionConfig']>) => Fields;
  /** What is sent for the fields; of it, only what changed. */
  readonly write: (fields: Fields) => ConfigChange;
  readonly children: ReactNode;
}

/** A section of the settings: saved as a whole when its user says so. */
export function SettingsForm<Fields extends object>(props: SettingsFormProps<Fields>) {
  const { fn, setUnsaved, section, intro, read, write, children } = props;
  const { t } = useTexts('functionSettings');
  const parts = useTexts('parts');
  const notices = useNotices();
  const [form] = Form.useForm<Fields>();
  useFormLanguage(form);
  const update = useMutation(mutation('updateFunctionConfig'));
  const current = read(fn.config);
  const [base, setBase] = useState(current);
  // fields that are hidden keep their values
  const shown: Fields = Form.useWatch([], { form, preserve: true }) ?? base;
  const change = changedFields(write(base), write({ ...base, ...shown }));
  const isUnsaved = Object.keys(change).length > 0;

  useEffect(() => setUnsaved(isUnsaved), [setUnsaved, isUnsaved]);

  const showAs = (fields: Fields) => {
    setBase(fields);
    form.setFieldsValue(fields as Parameters<typeof form.setFieldsValue>[0]);
  };
  const isOutdated = JSON.stringify(current) !== JSON.stringify(base);
  useEffect(() => {
    // another person's change is shown unless this one is writing
    if (isOutdated && !isUnsaved && !update.isPending) showAs(current);
  });

  const save = () =>
    update.mutate(
      { params: { function_urn: fn.baseUrn }, body: change },
      {
        onSuccess: (config) => {
          showAs(read(config));
          notices.success(() => t('saved', { title: t(`sections.${section}`) }));
        },
        onError: (error) => {
          const name = refusedField(error);
          if (name === undefined) return;
          form.setFields([{ name: name as never, errors: [parts.t('refused', { message: error.message })] }]);
          form.scrollToField(name as never, { focus: true });
        },
      },
    );
  return (
    <Form
      form={form}
      className="surface settings-section"
      layout="vertical"
      requiredMark
      disabled={fn.isReadOnly || update.isPending}
      scrollToFirstError={{ focus: true }}
      initialValues={base}
      onFinish={save}
    >
      <header>
        <h2>{t(`sections.${section}`)}</h2>
        <p className="settings-intro">{intro}</p>
      </header>
      <div className="settings-fields">{children}</div>
      {update.error && refusedField(update.error) === undefined && <ErrorView error={update.error} />}
      {!fn.isReadOnly && (
        <footer>
          <ActionButton
            needs="updateFunctionConfig"
            type="primary"
            disabled={!isUnsaved}
            loading={update.isPending}
            onClick={() => form.submit()}
          >
            {t('save')}
          </ActionButton>
          {isUnsaved && (
            <>
              <Button
                onClick={() => {
                  form.resetFields();
                  showAs(current);
                  update.reset();
                }}
              >
                {t('discard')}
              </Button>
              <span role="status">{t('unsaved')}</span>
            </>
          )}
        </footer>
      )}
    </Form>
  );
}
