import { useQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { useState } from 'react';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { ActionButton } from '../../../parts/action-button.tsx';
import { DeleteDialog } from '../../../parts/delete-dialog.tsx';
import { ErrorView } from '../../../parts/error-view.tsx';
import { Facts } from '../../../parts/facts.tsx';
import type { TabProps } from '../shown-function.ts';
import { AsyncDialog } from './async-dialog.tsx';
import { DeadLetters } from './dead-letters.tsx';
import { fieldsOf, placeOf } from './destinations.ts';
import { NoticeSample } from './notice-sample.tsx';
import './async.css';

const MOST = 100;

/** How asynchronous calls of the chosen version or alias are retried, where results go, and what failed for good. */
export function Section({ fn }: TabProps) {
  const { t } = useTexts('functionAsync');
  const [opened, setOpened] = useState<'configure' | 'reset' | 'sample'>();
  const list = useQuery(
    query('listFunctionAsyncInvokeConfig', { params: { function_urn: fn.urn }, query: { limit: String(MOST) } }),
  );
  const config = list.data?.async_invoke_configs.find(({ func_urn }) => func_urn === fn.urn);
  const close = () => setOpened(undefined);
  const placeText = (outcome: 'on_success' | 'on_failure') => {
    const fields = fieldsOf(config?.destination_config[outcome]);
    return fields.kind === '' ? t('kinds.none') : `${t(`kinds.${fields.kind}`)}: ${placeOf(fields)}`;
  };
  const facts = [
    { name: t('fields.retries'), value: config?.max_async_retry_attempts ?? t('policy.usualRetries') },
    { name: t('fields.age'), value: config?.max_async_event_age_in_seconds ?? t('policy.usualAge') },
    { name: t('fields.on_success'), value: placeText('on_success') },
    { name: t('fields.on_failure'), value: placeText('on_failure') },
    { name: t('fields.statusLog'), value: t(config?.enable_async_status_log ? 'on' : 'off') },
  ];
  return (
    <section className="async">
      <p className="async-intro">{t('intro', { chosen: fn.chosen.replace(/^!/, '') })}</p>
      <div className="surface async-policy">
        <header>
          <h2>{t('policy.title')}</h2>
          <div className="async-actions">
            <Button onClick={() => setOpened('sample')}>{t('sample.action')}</Button>
            {config !== undefined && (
              <ActionButton needs="deleteFunctionAsyncInvokeConfig" onClick={() => setOpened('reset')}>
                {t('reset.action')}
              </ActionButton>
            )}
            <ActionButton
              needs="updateFunctionAsyncInvokeConfig"
              type="primary"
              disabled={list.data === undefined}
              onClick={() => setOpened('configure')}
            >
              {t('configure.action')}
            </ActionButton>
          </div>
        </header>
        {list.isPending && <Skeleton active paragraph={{ rows: 3 }} title={false} />}
        {list.error !== null && <ErrorView error={list.error} onRetry={() => void list.refetch()} />}
        {list.isSuccess && <Facts facts={facts} />}
      </div>
      <DeadLetters fn={fn} />
      {opened === 'configure' && <AsyncDialog fn={fn} config={config} onClose={close} />}
      {opened === 'reset' && (
        <DeleteDialog
          route="deleteFunctionAsyncInvokeConfig"
          input={{ params: { function_urn: fn.urn } }}
          title={t('reset.title')}
          consequence={t('reset.consequence')}
          done={() => t('reset.done')}
          failed={() => t('reset.failed')}
          onClose={close}
        />
      )}
      {opened === 'sample' && <NoticeSample urn={fn.urn} onClose={close} />}
    </section>
  );
}
