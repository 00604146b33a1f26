import { Form, Input, InputNumber, Select } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { type ApiFields, PERIODS, WHOSE } from './definition.ts';

const MOST_CALLS = 100_000;

/** What the gateway enforces before a request reaches the backend. */
export function RuleFields() {
  const { t } = useTexts('gateway');
  const isFlow = Form.useWatch<ApiFields['backend']>('backend') === 'flow';
  const auth = Form.useWatch<string>('auth');
  const shown = WHOSE.filter(
    (whose) => (whose !== 'app' || (auth === 'APP' && !isFlow)) && (whose !== 'user' || auth === 'IAM' || isFlow),
  );
  return (
    <fieldset className="gateway-fields">
      <legend>{t('form.rules')}</legend>
      <div className="gateway-limits">
        {shown.map((whose) => (
          <div key={whose} className="gateway-limit">
            <span>{t(`limits.${whose}`)}</span>
            <Form.Item name={['limits', whose, 'calls']} noStyle>
              <InputNumber
                aria-label={t('limits.calls', { whose: t(`limits.${whose}`) })}
                min={1}
                max={MOST_CALLS}
                precision={0}
                placeholder={t('limits.none')}
              />
            </Form.Item>
            <Form.Item name={['limits', whose, 'period']} noStyle>
              <Select
                aria-label={t('limits.period', { whose: t(`limits.${whose}`) })}
                options={PERIODS.map((value) => ({ value, label: t(`limits.per.${value}`) }))}
                style={{ width: 120 }}
              />
            </Form.Item>
          </div>
        ))}
      </div>
      <div className="gateway-row">
        <Form.Item name="allow" label={t('form.allow')} extra={t('form.allowHelp')}>
          <Input.TextArea className="code-input" autoSize={{ minRows: 1, maxRows: 6 }} placeholder="10.0.0.0/8" />
        </Form.Item>
        <Form.Item name="deny" label={t('form.deny')} extra={t('form.denyHelp')}>
          <Input.TextArea className="code-input" autoSize={{ minRows: 1, maxRows: 6 }} />
        </Form.Item>
      </div>
      <Form.Item name="origins" label={t('form.origins')} extra={t('form.originsHelp')}>
        <Input.TextArea
          className="code-input"
          autoSize={{ minRows: 1, maxRows: 6 }}
          placeholder="https://shop.example.com"
        />
      </Form.Item>
    </fieldset>
  );
}
