import { expect, it } from 'vitest';
import type { AlarmState } from '../../telemetry/index.ts';
import { noticeOf } from './notice.ts';

/** The states of which topics get a message while a rule passes through `states`. */
function sent(states: readonly AlarmState[], notifyOn: readonly AlarmState[]): AlarmState[] {
  let noticed: AlarmState = 'ok';
  return states.filter((state) => {
    const notice = noticeOf({ noticed, notifyOn }, state);
    noticed = notice.noticed;
    return notice.sends;
  });
}

it.each<[states: AlarmState[], notifyOn: AlarmState[], sent: AlarmState[]]>([
  [
    ['ok', 'alarm', 'ok'],
    ['alarm', 'ok'],
    ['alarm', 'ok'],
  ],
  [
    ['alarm', 'no_data', 'alarm', 'no_data', 'ok'],
    ['alarm', 'ok'],
    ['alarm', 'ok'],
  ],
  [['alarm', 'ok', 'alarm'], ['alarm'], ['alarm', 'alarm']],
  [
    ['ok', 'no_data', 'ok'],
    ['alarm', 'ok', 'no_data'],
    ['no_data', 'ok'],
  ],
  [['alarm', 'ok'], [], []],
])('sends of %j with %j: %j', (states, notifyOn, expected) => {
  expect(sent(states, notifyOn)).toEqual(expected);
});
