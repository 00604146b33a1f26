import DeleteOutlined from '@ant-design/icons/es/icons/DeleteOutlined';
import { LIMITS } from '@funcgraph/api/limits';
import { Button, Form, Input, InputNumber } from 'antd';
import type { ReactNode } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { newTimePolicy, type ReservedFields } from './reserved-fields.ts';

const FIRST_CALL_POLICY = { percent: 60, min: 1 };

/** Other numbers of instances between two moments, from each match of a schedule on. */
export function TimePolicies({ isUtc }: { isUtc: boolean }) {
  const { t } = useTexts('functionReserved');
  const form = Form.useFormInstance<ReservedFields>();
  const base = Form.useWatch('count', form) ?? 0;
  const suffix = isUtc ? 'UTC' : undefined;
  return (
    <Policies
      list="byTime"
      title={t('byTime.title')}
      help={t('byTime.help')}
      add={t('byTime.add')}
      first={() => newTimePolicy(Date.now(), isUtc, base)}
    >
      {(row) => (
        <>
          <NameField row={row} />
          <Form.Item
            name={[row, 'cron']}
            label={t('byTime.cron')}
            rules={[{ required: true, whitespace: true, message: t('byTime.cronMissing') }]}
          >
            <Input className="code-input" autoComplete="off" spellCheck={false} />
          </Form.Item>
          <Form.Item
            name={[row, 'from']}
            label={t('byTime.from')}
            rules={[{ required: true, message: t('byTime.momentMissing') }]}
          >
            <Input type="datetime-local" suffix={suffix} />
          </Form.Item>
          <Form.Item
            name={[row, 'until']}
            label={t('byTime.until')}
            dependencies={[['byTime', row, 'from']]}
            rules={[
              { required: true, message: t('byTime.momentMissing') },
              ({ getFieldValue }) => ({
                validator: async (_, until: string) => {
                  if (until <= getFieldValue(['byTime', row, 'from'])) throw new Error(t('byTime.untilEarly'));
                },
              }),
            ]}
          >
            <Input type="datetime-local" suffix={suffix} />
          </Form.Item>
          <Form.Item
            name={[row, 'count']}
            label={t('byTime.count')}
            rules={[{ type: 'integer', required: true, min: base, message: t('byTime.countLow', { base }) }]}
          >
            <InputNumber min={0} max={LIMITS.reservedInstances.max} precision={0} />
          </Form.Item>
        </>
      )}
    </Policies>
  );
}

/** More instances while many calls run at once. */
export function CallPolicies() {
  const { t } = useTexts('functionReserved');
  return (
    <Policies
      list="byCalls"
      title={t('byCalls.title')}
      help={t('byCalls.help')}
      add={t('byCalls.add')}
      first={() => FIRST_CALL_POLICY}
    >
      {(row) => (
        <>
          <NameField row={row} />
          <Form.Item
            name={[row, 'percent']}
            label={t('byCalls.percent')}
            rules={[{ required: true, message: '1 – 99' }]}
          >
            <InputNumber {...LIMITS.reservedThreshold} precision={0} suffix="%" />
          </Form.Item>
          <Form.Item name={[row, 'min']} label={t('byCalls.min')} rules={[{ required: true, message: '0 – 1000' }]}>
            <InputNumber {...LIMITS.reservedInstances} precision={0} />
          </Form.Item>
        </>
      )}
    </Policies>
  );
}

function NameField({ row }: { row: number }) {
  const { t } = useTexts('functionReserved');
  return (
    <Form.Item
      name={[row, 'name']}
      label={t('policy.name')}
      rules={[{ required: true, whitespace: true, message: t('policy.nameMissing') }]}
    >
      <Input autoComplete="off" maxLength={60} />
    </Form.Item>
  );
}

interface PoliciesProps {
  readonly list: 'byTime' | 'byCalls';
  readonly title: string;
  readonly help: string;
  readonly add: string;
  readonly first: () => object;
  readonly children: (row: number) => ReactNode;
}

function Policies({ list, title, help, add, first, children }: PoliciesProps) {
  const { t } = useTexts('functionReserved');
  return (
    <section className="reserved-policies" aria-label={title}>
      <h3>{title}</h3>
      <p>{help}</p>
      <Form.List name={list}>
        {(rows, { add: append, remove }) => (
          <>
            {rows.map(({ key, name }) => (
              <div key={key} className="reserved-policy">
                <div className="reserved-policy-fields">{children(name)}</div>
                <Button
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={t('policy.remove', { number: name + 1 })}
                  onClick={() => remove(name)}
                />
              </div>
            ))}
            <Button disabled={rows.length >= LIMITS.reservedPolicies} onClick={() => append(first())}>
              {add}
            </Button>
          </>
        )}
      </Form.List>
    </section>
  );
}
