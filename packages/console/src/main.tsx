import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { initialiseTexts, showLanguage } from './i18n/index.ts';
import { loadAgain } from './parts/load-again.ts';
import { usePreferences } from './preferences/index.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const { language } = usePreferences.getState();
await initialiseTexts(language);
const words = await loadAgain(() => showLanguage(language));
createRoot(root).render(<App words={words} />);
