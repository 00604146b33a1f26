import { useTexts } from '../i18n/index.ts';

/** Says a text in the language of the moment. */
export type Say = () => string;

/** A text outside of the page, which follows a language that is chosen while it is shown. */
export function Spoken({ say }: { say: Say }) {
  useTexts('parts');
  return say();
}
