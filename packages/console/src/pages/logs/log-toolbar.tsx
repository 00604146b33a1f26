import ClearOutlined from '@ant-design/icons/es/icons/ClearOutlined';
import PauseOutlined from '@ant-design/icons/es/icons/PauseOutlined';
import PlayCircleOutlined from '@ant-design/icons/es/icons/PlayCircleOutlined';
import ReloadOutlined from '@ant-design/icons/es/icons/ReloadOutlined';
import StopOutlined from '@ant-design/icons/es/icons/StopOutlined';
import { Button, Checkbox } from 'antd';
import { useTexts } from '../../i18n/index.ts';
import { DownloadLines, LevelField, type ShownLine, WrapField } from '../../parts/log-view/index.ts';
import { SearchField } from '../../parts/search-field.tsx';

interface LogToolbarProps {
  readonly keyword: string;
  readonly level: string;
  readonly wrap: boolean;
  readonly oldest: boolean;
  readonly isOn: boolean;
  readonly isPaused: boolean;
  readonly isFetching: boolean;
  /** Only a few logs can be followed. */
  readonly mayFollow: boolean;
  /** Lines that wait until the pause ends. */
  readonly held: number;
  readonly lines: readonly ShownLine[];
  readonly onChange: (change: { keyword?: string; level?: string; wrap?: boolean; oldest?: boolean }) => void;
  readonly onLive: (on: boolean) => void;
  readonly onPause: (paused: boolean) => void;
  readonly onClear: () => void;
  readonly onRefresh: () => void;
}

export function LogToolbar(props: LogToolbarProps) {
  const { keyword, level, wrap, oldest, isOn, isPaused, isFetching, mayFollow, held, lines } = props;
  const { onChange, onLive, onPause, onClear, onRefresh } = props;
  const { t } = useTexts('logs');
  return (
    <div className="table-tools">
      <SearchField label={t('keyword')} value={keyword} onSearch={(text) => onChange({ keyword: text })} />
      <LevelField value={level} onChange={(levels) => onChange({ level: levels })} />
      <WrapField value={wrap} onChange={(on) => onChange({ wrap: on })} />
      {!isOn && (
        <Checkbox checked={oldest} onChange={({ target }) => onChange({ oldest: target.checked })}>
          {t('oldest')}
        </Checkbox>
      )}
      <DownloadLines name="logs" lines={lines} />
      {isOn ? (
        <>
          <Button
            icon={isPaused ? <PlayCircleOutlined /> : <PauseOutlined />}
            type={isPaused ? 'primary' : 'default'}
            onClick={() => onPause(!isPaused)}
          >
            {isPaused ? t('live.resume', { count: held }) : t('live.pause')}
          </Button>
          <Button icon={<ClearOutlined />} onClick={onClear}>
            {t('live.clear')}
          </Button>
          <Button icon={<StopOutlined />} onClick={() => onLive(false)}>
            {t('live.stop')}
          </Button>
        </>
      ) : (
        <>
          <Button
            type="primary"
            icon={<PlayCircleOutlined />}
            disabled={!mayFollow}
            title={mayFollow ? '' : t('live.chooseFirst')}
            onClick={() => onLive(true)}
          >
            {t('live.start')}
          </Button>
          <Button icon={<ReloadOutlined spin={isFetching} />} aria-label={t('refresh')} onClick={onRefresh} />
        </>
      )}
    </div>
  );
}
