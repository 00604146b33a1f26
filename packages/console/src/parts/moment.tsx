import { usePreferences } from '../preferences/index.ts';
import { momentText } from './moment-text.ts';

/** A moment, given as milliseconds or RFC 3339, in the way a person chose. */
export function Moment({ at }: { at: number | string }) {
  const preferences = usePreferences();
  const ms = typeof at === 'number' ? at : Date.parse(at);
  if (Number.isNaN(ms)) return null;
  const { text, hint } = momentText(ms, Date.now(), preferences);
  return (
    <time dateTime={new Date(ms).toISOString()} title={hint} style={{ whiteSpace: 'nowrap' }}>
      {text}
    </time>
  );
}
