import { LIMITS } from '@funcgraph/api/limits';
import { Alert, Form, InputNumber } from 'antd';
import { useTexts } from '../../../../i18n/index.ts';
import { ReservedInstances } from '../../reserved/reserved-instances.tsx';
import type { ShownFunction } from '../../shown-function.ts';
import { SettingsForm } from '../form/settings-form.tsx';
import { SwitchField } from '../form/switch-field.tsx';
import type { ConfigChange, SectionProps } from '../section.ts';

interface ConcurrencyFields {
  readonly requests: number;
  readonly instances: number;
  readonly hasLanes: boolean;
}

const read = ({ strategy_config, enable_lanes }: ShownFunction['config']): ConcurrencyFields => ({
  requests: strategy_config.concurrent_num,
  instances: strategy_config.concurrency,
  hasLanes: enable_lanes,
});

const write = ({ requests, instances, hasLanes }: ConcurrencyFields): ConfigChange => ({
  strategy_config: { concurrent_num: requests, concurrency: instances },
  enable_lanes: hasLanes,
});

/** How many requests an instance has at once, and how many instances the function. */
export function Section(props: SectionProps) {
  const { t } = useTexts('functionSettings');
  return (
    <>
      <SettingsForm {...props} section="concurrency" intro={t('concurrency.intro')} read={read} write={write}>
        <Fields />
      </SettingsForm>
      <ReservedInstances fn={props.fn} />
    </>
  );
}

function Fields() {
  const { t } = useTexts('functionSettings');
  const requests: number = Form.useWatch('requests') ?? 1;
  const instances: number | undefined = Form.useWatch('instances');
  const field = (name: 'requests' | 'instances', { min, max }: { min: number; max: number }, extra: string) => (
    <Form.Item
      name={name}
      label={t(`concurrency.${name}`)}
      extra={extra}
      rules={[{ type: 'integer', required: true, min, max, message: t('range', { min, max }) }]}
    >
      <InputNumber />
    </Form.Item>
  );
  const meaning = instances === 0 ? 'none' : instances === -1 ? 'unlimited' : 'some';
  return (
    <>
      <div className="settings-pair">
        {field('requests', LIMITS.instanceConcurrency, t('range', LIMITS.instanceConcurrency))}
        {field('instances', LIMITS.maxInstances, t(`concurrency.meaning.${meaning}`))}
      </div>
      {instances === 0 && <Alert type="warning" showIcon title={t('concurrency.disables')} />}
      <SwitchField name="hasLanes" label={t('concurrency.lanes')} help={t('concurrency.lanesHelp')} />
      {requests > 1 && (
        <Alert
          type="info"
          showIcon
          title={t('concurrency.hints.title')}
          description={
            <ul className="settings-hints">
              <li>{t('concurrency.hints.logger')}</li>
              <li>{t('concurrency.hints.locks')}</li>
              <li>{t('concurrency.hints.cores')}</li>
            </ul>
          }
        />
      )}
      <p className="settings-note">{t('concurrency.dropped')}</p>
    </>
  );
}
