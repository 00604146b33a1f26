import { Form } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { useScheduleCheck } from '../schedule/use-schedule-check.ts';
import { useFormLanguage } from '../use-form-language.ts';
import { TriggerFieldInput } from './field-input.tsx';
import type { TriggerField, TriggerForm, TriggerTarget } from './trigger-form.ts';

interface TriggerFieldsProps {
  readonly form: Pick<TriggerForm, 'fields'>;
  readonly target: TriggerTarget;
  /** The trigger exists: its password stays unless another one is given. */
  readonly isPresent?: boolean;
}

/** The fields of a kind of trigger, inside a form. */
export function TriggerFields({ form: { fields }, target, isPresent = false }: TriggerFieldsProps) {
  const values: Readonly<Record<string, unknown>> = Form.useWatch([]) ?? {};
  useFormLanguage(Form.useFormInstance());
  return (
    <div className="trigger-fields">
      {fields
        .filter(({ when }) => when === undefined || when(values, target))
        .map((field) => (
          <FieldItem key={field.name} field={field} isPresent={isPresent} />
        ))}
    </div>
  );
}

function FieldItem({ field, isPresent }: { field: TriggerField; isPresent: boolean }) {
  const { t } = useTexts('triggers');
  const checks = { rate: useScheduleCheck('Rate'), cron: useScheduleCheck('Cron') };
  const label = t(`fields.${field.label}`);
  const isRequired = field.isRequired === true && !(isPresent && field.input === 'password');
  const isSchedule = field.input === 'rate' || field.input === 'cron';
  const rules = [
    ...(isRequired ? [{ required: true, message: t('missing', { field: label }) }] : []),
    ...(field.pattern === undefined ? [] : [{ pattern: field.pattern, message: t('wrong', { field: label }) }]),
    ...(field.isValid === undefined ? [] : [{ validator: validatorOf(field.isValid, t('wrong', { field: label })) }]),
    ...(isSchedule ? [{ validator: checks[field.input] }] : []),
  ];
  return (
    <Form.Item
      name={field.name.split('.')}
      label={label}
      className={field.isWide ? 'trigger-field-wide' : ''}
      required={isRequired || isSchedule}
      extra={field.hint === undefined ? undefined : t(`hints.${field.hint}`)}
      rules={rules}
    >
      <TriggerFieldInput field={field} />
    </Form.Item>
  );
}

const validatorOf = (isValid: (text: string) => boolean, message: string) => (_: unknown, text: unknown) =>
  // what is missing has a message of its own
  text === undefined || text === '' || isValid(String(text)) ? Promise.resolve() : Promise.reject(new Error(message));
