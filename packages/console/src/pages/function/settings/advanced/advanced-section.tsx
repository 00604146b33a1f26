import { LIMITS } from '@funcgraph/api/limits';
import { Form, Input, InputNumber } from 'antd';
import { useTexts } from '../../../../i18n/index.ts';
import { SettingsForm } from '../form/settings-form.tsx';
import { SwitchField } from '../form/switch-field.tsx';
import type { SectionProps } from '../section.ts';
import { readAdvanced, writeAdvanced } from './advanced-fields.ts';

const MAX_HANDLER_CHARS = 128;

/** The initializer, and what few functions need. */
export function Section(props: SectionProps) {
  const { t } = useTexts('functionSettings');
  const { runtime, custom_image: image } = props.fn.config;
  return (
    <SettingsForm {...props} section="advanced" intro={t('advanced.intro')} read={readAdvanced} write={writeAdvanced}>
      {/* code before the registration is the initializer of a Go program */}
      {!runtime.startsWith('Go') && (
        <SwitchField
          name="hasInitializer"
          label={t('advanced.initializer.switch')}
          help={t('advanced.initializer.help')}
        >
          <Initializer isImage={image !== undefined} />
        </SwitchField>
      )}
      <SwitchField name="hasDynamicMemory" label={t('advanced.memory.switch')} help={t('advanced.memory.help')} />
      <SwitchField name="isStream" label={t('advanced.stream.switch')} help={t('advanced.stream.help')} />
      {runtime.startsWith('Java') && (
        <SwitchField name="hasHeartbeat" label={t('advanced.heartbeat.switch')} help={t('advanced.heartbeat.help')}>
          <Form.Item
            name="heartbeat"
            label={t('advanced.heartbeat.handler')}
            extra={t('advanced.heartbeat.handlerHelp')}
            rules={[
              { required: true, message: t('general.handlerMissing') },
              { max: MAX_HANDLER_CHARS, message: t('tooLong', { max: MAX_HANDLER_CHARS }) },
            ]}
          >
            <Input
              className="code-input"
              autoComplete="off"
              spellCheck={false}
              placeholder="com.example.Demo.heartbeat"
            />
          </Form.Item>
        </SwitchField>
      )}
    </SettingsForm>
  );
}

function Initializer({ isImage }: { isImage: boolean }) {
  const { t } = useTexts('functionSettings');
  const { min, max } = LIMITS.initializerTimeoutSeconds;
  return (
    <div className="settings-pair">
      <Form.Item
        name="initializer"
        label={t('advanced.initializer.handler')}
        extra={t(isImage ? 'advanced.initializer.imageHelp' : 'advanced.initializer.handlerHelp')}
        rules={[{ required: true, message: t('general.handlerMissing') }]}
      >
        <Input
          className="code-input"
          autoComplete="off"
          spellCheck={false}
          readOnly={isImage}
          placeholder="index.initializer"
        />
      </Form.Item>
      <Form.Item
        name="initializerTimeout"
        label={t('advanced.initializer.timeout')}
        extra={t('range', { min, max })}
        rules={[{ type: 'integer', required: true, min, max, message: t('range', { min, max }) }]}
      >
        <InputNumber />
      </Form.Item>
    </div>
  );
}
