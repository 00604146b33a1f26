import DownOutlined from '@ant-design/icons/es/icons/DownOutlined';
import RightOutlined from '@ant-design/icons/es/icons/RightOutlined';
import { useTexts } from '../../i18n/index.ts';
import { usePreferences } from '../../preferences/index.ts';
import { CopyButton } from '../copy-button.tsx';
import { fullText, markedParts, rowText } from './line-text.ts';
import { type ShownLine, textOf } from './log-line.ts';

const MINUTE_MS = 60_000;

/** Month, day and time with milliseconds: `11-27 19:20:00.123`. */
function lineTime(ms: number, isUtc: boolean): string {
  const local = new Date(ms).getTimezoneOffset() * MINUTE_MS;
  return new Date(isUtc ? ms : ms - local).toISOString().slice(5, 23).replace('T', ' ');
}

interface LogRowProps {
  readonly line: ShownLine;
  readonly keyword: string;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly isMarked: boolean;
  readonly onRequest: ((line: ShownLine) => void) | undefined;
  /** Shows the lines around it; `linkOf` is the address of that. */
  readonly onAround: ((line: ShownLine) => void) | undefined;
  readonly linkOf: ((line: ShownLine) => string) | undefined;
}

/** One line. Opened, it shows the whole message and where it comes from. */
export function LogRow(props: LogRowProps) {
  const { line, keyword, isOpen, isMarked, onToggle, onRequest, onAround, linkOf } = props;
  const { t } = useTexts('logView');
  const isUtc = usePreferences(({ times }) => times === 'utc');
  const { text, missing } = rowText(line.message);
  const time = lineTime(Date.parse(line.time), isUtc);
  return (
    <div className={`log-row log-${line.level} ${isMarked ? 'is-marked' : ''}`} aria-current={isMarked}>
      <button
        type="button"
        className="log-toggle"
        aria-expanded={isOpen}
        aria-label={t('open', { time })}
        onClick={onToggle}
      >
        {isOpen ? <DownOutlined /> : <RightOutlined />}
      </button>
      <time dateTime={line.time}>{time}</time>
      <span className="log-level">{line.level}</span>
      {line.source !== undefined && <span className="log-source">{line.source}</span>}
      {isOpen ? (
        <div className="log-open">
          <Marked text={fullText(line.message)} keyword={keyword} />
          <div className="log-origin">
            {line.requestId !== '' && <Origin line={line} onRequest={onRequest} />}
            {line.instanceId && <span>{`${t('instance')} ${line.instanceId}`}</span>}
            {onAround && (
              <button type="button" className="log-link" onClick={() => onAround(line)}>
                {t('around')}
              </button>
            )}
            {linkOf && (
              <span>
                {t('link')}
                <CopyButton text={linkOf(line)} label={t('copyLink')} />
              </span>
            )}
          </div>
        </div>
      ) : (
        <span className="log-message">
          <span>
            <Marked text={text} keyword={keyword} />
          </span>
          {missing > 0 && <em>{t('more', { count: missing })}</em>}
        </span>
      )}
      <span className="log-copy">
        <CopyButton text={textOf(line)} label={t('copy')} />
      </span>
    </div>
  );
}

function Origin({ line, onRequest }: Pick<LogRowProps, 'line' | 'onRequest'>) {
  const { t } = useTexts('logView');
  if (onRequest === undefined) return <span>{`${t('request')} ${line.requestId}`}</span>;
  return (
    <span>
      {`${t('request')} `}
      <button type="button" className="log-link" onClick={() => onRequest(line)}>
        {line.requestId}
      </button>
    </span>
  );
}

function Marked({ text, keyword }: { text: string; keyword: string }) {
  return markedParts(text, keyword).map((part) => (part.isHit ? <mark key={part.at}>{part.text}</mark> : part.text));
}
