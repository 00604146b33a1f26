import { useTexts } from '../../i18n/index.ts';

const NOTES = ['port', 'event', 'size', 'start', 'agency', 'tag'] as const;

/** What a container image must be and do. */
export function ImageNotes() {
  const { t } = useTexts('createFunction');
  return (
    <section aria-labelledby="image-notes">
      <h2 id="image-notes">{t('image.notes.title')}</h2>
      <ul className="image-notes">
        {NOTES.map((note) => (
          <li key={note}>{t(`image.notes.${note}`)}</li>
        ))}
      </ul>
    </section>
  );
}
