import { Space, type TableColumnsType, Tag, Tooltip } from 'antd';
import { useTexts } from '../../../i18n/index.ts';
import { Moment } from '../../../parts/moment.tsx';
import { useNumbers } from '../../../parts/numbers.ts';
import { RowAction } from '../../../parts/row-action.tsx';
import { Status } from '../../../parts/status.tsx';
import { actionsOf, type Server, stateOf, workOf } from './servers.ts';

interface Actions {
  readonly hasOthers: boolean;
  readonly onDrain: (server: Server) => void;
  readonly onUndrain: (server: Server) => void;
  readonly onRemove: (server: Server) => void;
}

const MEBIBYTE = 1024 * 1024;
const COLOURS = { live: 'good', draining: 'warning', gone: 'bad' } as const;
const ROUTES = { drain: 'drainClusterNode', undrain: 'undrainClusterNode', remove: 'removeClusterNode' } as const;

export function useServerColumns({ hasOthers, onDrain, onUndrain, onRemove }: Actions): TableColumnsType<Server> {
  const { t } = useTexts('cluster');
  const { t: of } = useTexts('platform');
  const numbers = useNumbers();
  const size = (mb: number | null | undefined) => (typeof mb === 'number' ? numbers.bytes(mb * MEBIBYTE) : '?');
  const clicks = { drain: onDrain, undrain: onUndrain, remove: onRemove };
  return [
    {
      title: of('name'),
      dataIndex: 'name',
      fixed: 'left',
      render: (name: string, { address, version, this_server: isThis }) => (
        <>
          <span className="cut-text">{name}</span> {isThis && <Tag>{t('thisServer')}</Tag>}
          <div className="platform-hint">{[address, version].filter((each) => each !== null).join(' · ')}</div>
        </>
      ),
    },
    {
      title: t('columns.state'),
      key: 'state',
      render: (_, server) => (
        <>
          <Status kind={COLOURS[stateOf(server)]}>{t(`state.${stateOf(server)}`)}</Status>
          {server.last_heartbeat !== null && (
            <div className="platform-hint" title={t('heartbeat')}>
              <Moment at={server.last_heartbeat} />
            </div>
          )}
        </>
      ),
    },
    {
      title: t('columns.calls'),
      key: 'calls',
      align: 'right',
      render: (_, { load, runtimes }) => (
        <>
          {load === null ? '?' : `${numbers.whole(load.running)} / ${numbers.whole(load.waiting)}`}
          <div className="platform-hint">
            {load !== null && `${t('instances', { count: load.instances })} · `}
            <Tooltip title={runtimes.join(', ')}>{t('runtimes', { count: runtimes.length })}</Tooltip>
          </div>
        </>
      ),
    },
    {
      title: t('columns.memory'),
      key: 'memory',
      align: 'right',
      render: (_, { load, memory_mb: all, processors }) => (
        <>
          {`${size(load?.memory_mb)} / ${size(all)}`}
          {processors !== null && <div className="platform-hint">{t('processors', { count: processors })}</div>}
        </>
      ),
    },
    {
      title: t('columns.work'),
      key: 'work',
      render: (_, server) => (
        <div className="cluster-work">
          <Work server={server} />
        </div>
      ),
    },
    {
      title: of('actions'),
      key: 'actions',
      fixed: 'right',
      render: (_, server) => (
        <Space size={16}>
          {actionsOf(server, hasOthers).map((action) => (
            <RowAction
              key={action}
              needs={ROUTES[action]}
              text={t(`${action}.action`)}
              onClick={() => clicks[action](server)}
            />
          ))}
        </Space>
      ),
    },
  ];
}

function Work({ server }: { readonly server: Server }) {
  const { t } = useTexts('cluster');
  const { names, streams } = workOf(server);
  const known = ['alarms', 'buckets', 'housekeeping', 'streams', 'triggers'] as const;
  const texts = names.map((name) => {
    const found = known.find((one) => one === name);
    return found === undefined ? name : t(`work.${found}`);
  });
  if (streams > 0) texts.push(t('work.lanes', { count: streams }));
  return texts.length === 0 ? '-' : texts.join(', ');
}
