import { useMemo } from 'react';
import { useTexts } from '../../../i18n/index.ts';
import { Moment } from '../../../parts/moment.tsx';
import { millisecondsText } from '../duration-text.ts';
import type { SeenEvent } from '../use-run-events.ts';
import { WindowedList } from '../windowed-list.tsx';
import { type EventSentence, eventSentences } from './event-sentence.ts';

interface EventLogProps {
  readonly events: readonly SeenEvent[];
  readonly names: ReadonlyMap<string, string>;
  readonly onSelect: (node: string) => void;
}

/** All that happened in the run, in its order. */
export function EventLog({ events, names, onSelect }: EventLogProps) {
  const { t } = useTexts('flowRun');
  const lines = useMemo(() => eventSentences(events, (node) => names.get(node) ?? node), [events, names]);
  const start = lines[0]?.at ?? 0;
  return (
    <WindowedList
      label={t('events.title')}
      rows={lines}
      rowKey={(line) => line.seq}
      render={(line) => <Line line={line} start={start} onSelect={onSelect} />}
    />
  );
}

function Line({ line, start, onSelect }: { line: EventSentence; start: number; onSelect: (node: string) => void }) {
  const { t } = useTexts('flowRun');
  const { at, tone, key, node, values, due, detail } = line;
  const say = t as unknown as (key: string, values: object) => string;
  const text = say(`events.say.${key}`, values);
  const content = (
    <>
      <span className="event-seq">{line.seq}</span>
      <Moment at={at} />
      <span className="event-offset">+{millisecondsText(at - start)}</span>
      <span className={`event-text run-${tone}`} title={detail ?? text}>
        {text}
        {due !== undefined && (
          <>
            {' '}
            <Moment at={due} />
          </>
        )}
        {detail !== undefined && <code>{detail}</code>}
      </span>
    </>
  );
  return node === undefined ? (
    <div className="event-row">{content}</div>
  ) : (
    <button type="button" className="event-row" onClick={() => onSelect(node)}>
      {content}
    </button>
  );
}
