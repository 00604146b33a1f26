import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { query } from '../../api/index.ts';
import { useTexts } from '../../i18n/index.ts';
import { ActionButton } from '../../parts/action-button.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ErrorView } from '../../parts/error-view.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Moment } from '../../parts/moment.tsx';
import { PageHeader } from '../../parts/page-header.tsx';
import { useUrlState } from '../../parts/url-state.ts';
import { DeleteTopic } from './delete-topic.tsx';
import { PublishMessage } from './publish-message.tsx';
import { Subscribe } from './subscribe.tsx';
import { useSubscriptionColumns } from './subscription-columns.tsx';
import { type Subscription, type TopicName, useShownTopic } from './topic.ts';

type Dialog = 'publish' | 'delete' | 'subscribe';

export function Page() {
  const { t } = useTexts('topics');
  const topic = useShownTopic();
  const [dialog, setDialog] = useState<Dialog>();
  const close = () => setDialog(undefined);
  const { data, error, refetch } = useQuery(query('listTopicDetails', { params: { topic_urn: topic.topic_urn } }));
  if (error !== null) {
    return (
      <>
        <BackLink />
        <ErrorView error={error} onRetry={() => refetch()} />
      </>
    );
  }
  const actions = (
    <>
      <ActionButton needs="publishMessage" type="primary" onClick={() => setDialog('publish')}>
        {t('publish.action')}
      </ActionButton>
      <ActionButton needs="deleteTopic" onClick={() => setDialog('delete')}>
        {t('remove.action')}
      </ActionButton>
    </>
  );
  const add = (
    <ActionButton needs="addSubscription" onClick={() => setDialog('subscribe')}>
      {t('subscribe.action')}
    </ActionButton>
  );
  return (
    <>
      <BackLink />
      <PageHeader title={topic.name} intro={t('topic')} actions={actions} />
      <div className="surface padded">
        <Facts
          facts={[
            { name: 'URN', value: <code>{topic.topic_urn}</code>, copy: topic.topic_urn },
            { name: t('columns.displayName'), value: data?.display_name || '–' },
            { name: t('created'), value: data && <Moment at={data.create_time} /> },
          ]}
        />
      </div>
      <div className="section-title">
        <h2>{t('subscriptions.title')}</h2>
        {add}
      </div>
      <Subscriptions topic={topic} add={add} />
      {dialog === 'publish' && <PublishMessage topic={topic} onClose={close} />}
      {dialog === 'delete' && <DeleteTopic topic={topic} onClose={close} />}
      {dialog === 'subscribe' && <Subscribe topic={topic} onClose={close} />}
    </>
  );
}

function BackLink() {
  const { t } = useTexts('topics');
  return (
    <Link className="back-link" to="/topics">
      {`← ${t('back')}`}
    </Link>
  );
}

function Subscriptions({ topic: { name, topic_urn }, add }: { topic: TopicName; add: ReactNode }) {
  const { t } = useTexts('topics');
  const [{ page, size }, setUrl] = useUrlState({ page: 1, size: 20 });
  const [removed, setRemoved] = useState<Subscription>();
  const columns = useSubscriptionColumns(setRemoved);
  const list = useQuery({
    ...query('listSubscriptionsByTopic', {
      params: { topic_urn },
      query: { offset: String((page - 1) * size), limit: String(size) },
    }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <DataTable
        query={list}
        rows={list.data?.subscriptions ?? []}
        rowKey={(row) => row.subscription_urn}
        columns={columns}
        empty={
          <EmptyState
            title={t('subscriptions.emptyTitle')}
            text={t('subscriptions.emptyText')}
            action={add}
            command={`fgs topics subscriptions add ${name} https://shop.example.com/hook`}
          />
        }
        paging={{
          page,
          size,
          total: list.data?.subscription_count ?? 0,
          onChange: (nextPage, nextSize) => setUrl({ page: nextSize === size ? nextPage : 1, size: nextSize }),
        }}
      />
      {removed && (
        <DeleteDialog
          route="cancelSubscription"
          input={{ params: { subscription_urn: removed.subscription_urn } }}
          title={t('unsubscribe.title')}
          consequence={t('unsubscribe.consequence', { endpoint: removed.endpoint })}
          done={() => t('unsubscribe.done')}
          failed={() => t('unsubscribe.failed')}
          onClose={() => setRemoved(undefined)}
        />
      )}
    </>
  );
}
