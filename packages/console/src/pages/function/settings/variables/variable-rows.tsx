import PlusOutlined from '@ant-design/icons/es/icons/PlusOutlined';
import { LIMITS } from '@funcgraph/api/limits';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Form } from 'antd';
import { query, useMissingRight } from '../../../../api/index.ts';
import { useTexts } from '../../../../i18n/index.ts';
import { VariableRow } from './variable-row.tsx';
import { knownChars, type Variable } from './variables.ts';

const NONE: readonly Variable[] = [];

export function VariableRows() {
  const { t } = useTexts('functionSettings');
  const form = Form.useFormInstance();
  const variables: readonly Variable[] = Form.useWatch('variables', { form, preserve: true }) ?? NONE;
  const secrets = variables.filter((variable) => variable?.isSecret === true).length;
  return (
    <>
      <Alert type="warning" showIcon title={t('variables.warning')} />
      <Form.List name="variables">
        {(fields, { add, remove }) => (
          <>
            {fields.length > 0 && (
              <div className="variable-row variable-heads" aria-hidden>
                <span>{t('variables.name')}</span>
                <span>{t('variables.value')}</span>
                <span>{t('variables.secret')}</span>
              </div>
            )}
            {fields.map(({ key, name }) => (
              <VariableRow
                key={key}
                at={name}
                onRemove={() => remove(name)}
                onPaste={([first, ...others]) => {
                  form.setFieldValue(['variables', name], first);
                  form.setFields([{ name: ['variables', name, 'name'], errors: [] }]);
                  for (const other of others) add(other);
                }}
              />
            ))}
            <div className="variable-foot">
              <Button icon={<PlusOutlined />} onClick={() => add({ name: '', value: '', isSecret: false })}>
                {t('variables.add')}
              </Button>
              <span>{t('variables.pasteHint')}</span>
            </div>
          </>
        )}
      </Form.List>
      <dl className="variable-totals">
        <div>
          <dt>{t('variables.plain')}</dt>
          <dd>{variables.length - secrets}</dd>
        </div>
        <div>
          <dt>{t('variables.encrypted')}</dt>
          <dd>{secrets}</dd>
        </div>
        <Characters variables={variables} />
      </dl>
    </>
  );
}

function Characters({ variables }: { variables: readonly Variable[] }) {
  const { t } = useTexts('functionSettings');
  const isAllowed = useMissingRight('listAllQuotas') === undefined;
  const { data } = useQuery({ ...query('listAllQuotas'), enabled: isAllowed });
  const most = data?.quotas.find(({ name }) => name === 'environment')?.quota ?? LIMITS.userDataChars;
  const used = knownChars(variables);
  const hasStored = variables.some(({ stored, value }) => stored !== undefined && !value);
  return (
    <div className={used > most ? 'variable-too-many' : ''}>
      <dt>{t('variables.characters')}</dt>
      <dd>
        {t('variables.used', { used, most })}
        {hasStored && ` ${t('variables.withoutStored')}`}
      </dd>
    </div>
  );
}
