import { LIMITS, MEMORY_SIZES_MB } from '@funcgraph/api/limits';
import { useQuery } from '@tanstack/react-query';
import { Form, Input, InputNumber, Select } from 'antd';
import { query } from '../../../../api/index.ts';
import { useTexts } from '../../../../i18n/index.ts';
import { SettingsForm } from '../form/settings-form.tsx';
import type { SectionProps } from '../section.ts';
import { readGeneral, writeGeneral } from './general-fields.ts';
import { ImageFields } from './image-fields.tsx';

/** Above it, the connection of a waiting caller may end before the answer. */
const LONG_SECONDS = 90;

export function Section(props: SectionProps) {
  const { t } = useTexts('functionSettings');
  const { config } = props.fn;
  const isImage = config.custom_image !== undefined;
  return (
    <SettingsForm {...props} section="general" intro={t('general.intro')} read={readGeneral} write={writeGeneral}>
      <div className="settings-pair">
        <Form.Item label={t('general.application')} htmlFor="application">
          <Input id="application" value={config.package} readOnly variant="filled" />
        </Form.Item>
        <EnterpriseProject />
      </div>
      <Form.Item
        name="handler"
        label={t('general.handler')}
        extra={t(`general.handlerHelp.${handlerKind(config.runtime)}`)}
        rules={[{ required: true, whitespace: true, message: t('general.handlerMissing') }]}
      >
        <Input autoComplete="off" spellCheck={false} className="code-input" readOnly={isImage || props.fn.isHttp} />
      </Form.Item>
      <div className="settings-pair">
        <Timeout />
        <Form.Item name="memory" label={t('general.memory')} extra={t('general.memoryHelp')} required>
          <Select options={MEMORY_SIZES_MB.map((mb) => ({ value: mb, label: String(mb) }))} />
        </Form.Item>
      </div>
      <Form.Item
        name="description"
        label={t('general.description')}
        rules={[{ max: LIMITS.descriptionChars, message: t('tooLong', { max: LIMITS.descriptionChars }) }]}
      >
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} count={{ show: true, max: LIMITS.descriptionChars }} />
      </Form.Item>
      {isImage && <ImageFields />}
    </SettingsForm>
  );
}

function EnterpriseProject() {
  const { t } = useTexts('functionSettings');
  const { data, isLoading } = useQuery(query('listEnterpriseProjects'));
  const projects = data?.enterprise_projects ?? [];
  return (
    <Form.Item name="enterpriseProject" label={t('general.enterpriseProject')} required>
      <Select loading={isLoading} options={projects.map(({ id, name }) => ({ value: id, label: name }))} />
    </Form.Item>
  );
}

function Timeout() {
  const { t } = useTexts('functionSettings');
  const { min, max } = LIMITS.timeoutSeconds;
  const isLong = (Form.useWatch('timeout') ?? 0) > LONG_SECONDS;
  return (
    <Form.Item
      name="timeout"
      label={t('general.timeout')}
      extra={isLong ? t('general.timeoutLong', { seconds: LONG_SECONDS }) : t('range', { min, max })}
      required
      rules={[{ type: 'integer', required: true, min, max, message: t('range', { min, max }) }]}
    >
      <InputNumber />
    </Form.Item>
  );
}

const KINDS = [
  ['Java', 'java'],
  ['Go', 'go'],
  ['Custom Image', 'image'],
  ['Custom', 'custom'],
  ['http', 'custom'],
] as const;

function handlerKind(runtime: string) {
  return KINDS.find(([start]) => runtime.startsWith(start))?.[1] ?? 'module';
}
