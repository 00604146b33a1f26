import type { Receipt } from '@funcgraph/api';
import { useQuery } from '@tanstack/react-query';
import { Drawer, Skeleton } from 'antd';
import { query } from '../../../api/index.ts';
import { useTexts } from '../../../i18n/index.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { ErrorView } from '../../../parts/error-view.tsx';
import { Moment } from '../../../parts/moment.tsx';
import { useNumbers } from '../../../parts/numbers.ts';
import type { ShownFunction } from '../shown-function.ts';
import { ReceiptBar } from '../test/receipt-bar.tsx';
import '../test/test-pane.css';
import { ResultOf } from './request-columns.tsx';
import { RequestLines } from './request-lines.tsx';

interface RequestDrawerProps {
  readonly fn: ShownFunction;
  readonly requestId: string;
  readonly onClose: () => void;
}

/** One request: its result, where its time went, and its log lines. */
export function RequestDrawer({ fn, requestId, onClose }: RequestDrawerProps) {
  const { t } = useTexts('monitoring');
  const { data: receipt, error, refetch } = useQuery(query('showReceipt', { params: { request_id: requestId } }));
  return (
    <Drawer open title={t('request.title')} size={720} onClose={onClose} className="request-drawer">
      <div className="request-name">
        <code>{requestId}</code>
        <CopyButton text={requestId} label={t('request.copyId')} />
      </div>
      {error !== null && <ErrorView error={error} onRetry={() => void refetch()} />}
      {receipt === undefined && error === null && <Skeleton active />}
      {receipt && (
        <>
          <Facts receipt={receipt} />
          <ReceiptBar receipt={receipt} />
          <h3>{t('request.lines')}</h3>
          <RequestLines urn={fn.baseUrn} receipt={receipt} />
        </>
      )}
    </Drawer>
  );
}

function Facts({ receipt }: { receipt: Receipt }) {
  const { t } = useTexts('monitoring');
  const numbers = useNumbers();
  const { cause, peak_memory_bytes: bytes, cpu_ms: cpu, instance_id: instance } = receipt;
  const facts = [
    ['result', <ResultOf key="result" receipt={receipt} />],
    ['cause', cause === '' ? undefined : t(`causes.${cause}`)],
    ['time', <Moment key="time" at={receipt.started_at} />],
    ['duration', numbers.fine(receipt.init_ms + receipt.handler_ms)],
    ['memory', bytes === null ? undefined : `${numbers.bytes(bytes)} / ${receipt.memory_mb} MB`],
    [
      'cpu',
      cpu === null ? undefined : receipt.cpu_shared ? t('cpuShare', { ms: numbers.fine(cpu) }) : numbers.fine(cpu),
    ],
    ['version', receipt.alias === '' ? receipt.version : `${receipt.version} (${receipt.alias})`],
    ['start', t(receipt.cold ? 'start.cold' : 'start.warm')],
    ['instance', instance === '' ? undefined : instance],
  ] as const;
  return (
    <dl className="request-facts">
      {facts.map(
        ([key, value]) =>
          value !== undefined && (
            <div key={key}>
              <dt>{t(`columns.${key}`)}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
