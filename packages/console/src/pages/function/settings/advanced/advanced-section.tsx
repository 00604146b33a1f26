import { LIMITS } from '@funcgraph/api/limits';
import { Form, Input, InputNumber, Switch } from 'antd';
import type { ReactNode } from 'react';
import { useTexts } from '../../../../i18n/index.ts';
import { SettingsForm } from '../form/settings-form.tsx';
import type { SectionProps } from '../section.ts';
import { readAdvanced, writeAdvanced } from './advanced-fields.ts';

const MAX_HANDLER_CHARS = 128;

/** The initializer, and what few functions need. */
export function Section(props: SectionProps) {
  const { t } = useTexts('functionSettings');
  const { runtime, custom_image: image } = props.fn.config;
  return (
    <SettingsForm
      {...props}
      title={t('sections.advanced')}
      intro={t('advanced.intro')}
      read={readAdvanced}
      write={writeAdvanced}
    >
      {/* code before the registration is the initializer of a Go program */}
      {!runtime.startsWith('Go') && (
        <Switched name="hasInitializer" label={t('advanced.initializer.switch')} help={t('advanced.initializer.help')}>
          <Initializer isImage={image !== undefined} />
        </Switched>
      )}
      <Switched name="hasDynamicMemory" label={t('advanced.memory.switch')} help={t('advanced.memory.help')} />
      <Switched name="isStream" label={t('advanced.stream.switch')} help={t('advanced.stream.help')} />
      {runtime.startsWith('Java') && (
        <Switched name="hasHeartbeat" label={t('advanced.heartbeat.switch')} help={t('advanced.heartbeat.help')}>
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
        </Switched>
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

interface SwitchedProps {
  readonly name: string;
  readonly label: string;
  readonly help: string;
  /** Shown while the switch is on. */
  readonly children?: ReactNode;
}

function Switched({ name, label, help, children }: SwitchedProps) {
  const isOn = Form.useWatch(name) === true;
  return (
    <div className="settings-switch">
      <div className="settings-switch-line">
        <Form.Item name={name} valuePropName="checked" noStyle>
          <Switch id={name} aria-describedby={`${name}-help`} />
        </Form.Item>
        <label htmlFor={name}>{label}</label>
      </div>
      <p id={`${name}-help`} className="settings-switch-help">
        {help}
      </p>
      {isOn && children}
    </div>
  );
}
