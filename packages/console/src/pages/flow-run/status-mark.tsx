import CheckCircleFilled from '@ant-design/icons/es/icons/CheckCircleFilled';
import CloseCircleFilled from '@ant-design/icons/es/icons/CloseCircleFilled';
import LoadingOutlined from '@ant-design/icons/es/icons/LoadingOutlined';
import MinusCircleOutlined from '@ant-design/icons/es/icons/MinusCircleOutlined';
import StopFilled from '@ant-design/icons/es/icons/StopFilled';
import { type Texts, useTexts } from '../../i18n/index.ts';

type Word = keyof Texts['flowRun']['status'];

const ICONS: Readonly<Record<Word, typeof CheckCircleFilled>> = {
  success: CheckCircleFilled,
  fail: CloseCircleFilled,
  timeout: CloseCircleFilled,
  cancel: StopFilled,
  running: LoadingOutlined,
  scheduled: LoadingOutlined,
  stopping: LoadingOutlined,
  none: MinusCircleOutlined,
};

/** The colour of a state; each has an icon and a word as well. */
export const toneOf = (status: string): 'good' | 'bad' | 'busy' | 'off' => {
  if (status === 'success') return 'good';
  if (status === 'fail' || status === 'timeout') return 'bad';
  return status === 'running' || status === 'scheduled' || status === 'stopping' ? 'busy' : 'off';
};

export const isEnded = (status: string): boolean => toneOf(status) !== 'busy';

/** The state of a run or a node by colour, icon and word. */
export function StatusMark({ status, isShort = false }: { status: string; isShort?: boolean }) {
  const { t } = useTexts('flowRun');
  const isKnown = Object.hasOwn(ICONS, status);
  const Icon = isKnown ? ICONS[status as Word] : MinusCircleOutlined;
  const word = isKnown ? t(`status.${status as Word}`) : status;
  return (
    <span className={`run-mark run-${toneOf(status)}`}>
      <Icon {...(isShort ? { 'aria-label': word, title: word } : { 'aria-hidden': true })} />
      {!isShort && word}
    </span>
  );
}
